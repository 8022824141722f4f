// Page-aligned blocks leave twelve bits; a count of up to 4095 is packed beside the pointer.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) int last(uintptr_t packed) { return ((unsigned char *)(packed & ~(uintptr_t)4095))[packed & 4095]; }

int main(void) {
    unsigned char *p = aligned_alloc(4096, 4096);
    for (int i = 0; i < 4096; i++) p[i] = (unsigned char)(i % 251);
    printf("%d %d %d\n", last((uintptr_t)p), last((uintptr_t)p | 100), last((uintptr_t)p + 4095));
    free(p);
    return 0;
}
