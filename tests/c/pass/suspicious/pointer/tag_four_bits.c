// Blocks of malloc are aligned to sixteen bytes, so that four low bits are free for a tag.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    unsigned long s = 0;
    for (unsigned tag = 0; tag < 16; tag++) {
        long *p = malloc(sizeof *p);
        *p = (long)tag * tag;
        volatile uintptr_t t = (uintptr_t)p | tag;
        s = s * 3 + (unsigned long)*(long *)(t & ~(uintptr_t)15) + (t & 15);
        free((void *)(t - tag));
    }
    printf("%lu\n", s);
    return 0;
}
