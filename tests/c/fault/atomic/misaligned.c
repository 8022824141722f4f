// An atomic addition is done at an odd address.
// expect: misaligned-atomic
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) int bump(_Atomic int *p) {
    return atomic_fetch_add(p, 1); // BAD
}

int main(int argc, char **argv) {
    (void)argv;
    char *p = calloc(1, 16);
    puts("before");
    printf("after %d\n", bump((_Atomic int *)(void *)(p + argc)));
    free(p);
    return 0;
}
