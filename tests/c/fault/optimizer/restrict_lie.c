// Two restrict pointers are the same object; the store through one shortens the loop over the other, or would not.
// expect: heap-out-of-bounds
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) long sum(long *restrict limit, const long *restrict a) {
    long s = 0;
    for (long i = 0; i < *limit; i++) {
        s += a[i]; // BAD
        *limit = 1000 + s % 2;
    }
    return s;
}

int main(int argc, char **argv) {
    (void)argv;
    long *a = calloc(100, sizeof *a);
    a[0] = argc;
    puts("before");
    printf("after %ld\n", sum(a, a));
    free(a);
    return 0;
}
