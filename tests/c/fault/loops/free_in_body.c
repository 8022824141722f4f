// The array is freed by a call in the body of the loop over it.
// expect: use-after-free
// args: 70
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) void maybe(int *a, int yes) {
    if (yes) free(a);
}

static __attribute__((noinline)) int sum(int *a, int n, int at) {
    int s = 0;
    for (int i = 0; i < n; i++) {
        s += a[i]; // BAD
        maybe(a, i == at);
    }
    return s;
}

int main(int argc, char **argv) {
    int *a = calloc(100, sizeof *a);
    puts("before");
    printf("after %d\n", sum(a, 100, argc > 1 ? atoi(argv[1]) : -1));
    return 0;
}
