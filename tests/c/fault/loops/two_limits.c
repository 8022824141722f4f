// A loop with two limits, of which the larger one is too large.
// expect: heap-out-of-bounds
// args: 120
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) long sum(const long *a, int n, int m) {
    long s = 0;
    for (int i = 0; i < n && i < m; i++) s += a[i]; // BAD
    return s;
}

int main(int argc, char **argv) {
    long *a = calloc(100, sizeof *a);
    int m = argc > 1 ? atoi(argv[1]) : 100;
    puts("before");
    printf("after %ld\n", sum(a, m + 30, m));
    free(a);
    return 0;
}
