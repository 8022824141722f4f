// The lowest bit of a pointer marks leaves; it is taken off by and, by minus and by xor.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) uintptr_t mark(void *p) { return (uintptr_t)p | 1; }

int main(void) {
    short *p = malloc(3 * sizeof *p);
    for (short i = 0; i < 3; i++) p[i] = (short)(i + 7);
    uintptr_t t = mark(p);
    printf("%d %d %d\n", ((short *)(t & ~(uintptr_t)1))[0], ((short *)(t - 1))[1], ((short *)(t ^ 1))[2]);
    printf("%d\n", ((short *)((char *)t + 1))[1]);
    free((void *)(t & -2));
    return 0;
}
