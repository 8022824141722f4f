// A loop with stride 2 over an array of odd length takes one step too many.
// expect: heap-out-of-bounds
// args: 102
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) int sum(const int *a, int n) {
    int s = 0;
    for (int i = 0; i < n; i += 2) s += a[i]; // BAD
    return s;
}

int main(int argc, char **argv) {
    int *a = calloc(99, sizeof *a);
    puts("before");
    printf("after %d\n", sum(a, argc > 1 ? atoi(argv[1]) : 99));
    free(a);
    return 0;
}
