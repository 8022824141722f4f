// The last address of a loop's range overflows 64 bits: a test of the range before the loop must not wrap.
// expect: heap-out-of-bounds
// args: 4611686018427387904
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) long sum(const long *a, unsigned long n) {
    long s = 0;
    for (unsigned long i = 0; i < n; i++) s += a[i]; // BAD
    return s;
}

int main(int argc, char **argv) {
    long *a = calloc(100, sizeof *a);
    puts("before");
    printf("after %ld\n", sum(a, argc > 1 ? strtoul(argv[1], NULL, 10) : 100));
    free(a);
    return 0;
}
