// An atomic exchange is done past the end of an object.
// expect: heap-out-of-bounds
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) long swap(_Atomic long *p, long v) {
    return atomic_exchange(p, v); // BAD
}

int main(int argc, char **argv) {
    (void)argv;
    long *p = calloc(4, sizeof *p);
    puts("before");
    printf("after %ld\n", swap((_Atomic long *)p + 3 + argc, 1));
    free(p);
    return 0;
}
