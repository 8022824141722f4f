// The test `i + 1 > i` is folded away, as signed overflow may not happen; the check of the access may not go with it.
// expect: heap-out-of-bounds
// args: 2147483647
// levels: O2; at -O0 the test is made, and fails
// hide: long-numbers
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) int get(const int *a, int i) {
    if (i + 1 > i && i >= 0) return a[i]; // BAD
    return -1;
}

int main(int argc, char **argv) {
    int *a = calloc(100, sizeof *a);
    puts("before");
    printf("after %d\n", get(a, argc > 1 ? atoi(argv[1]) : 0));
    free(a);
    return 0;
}
