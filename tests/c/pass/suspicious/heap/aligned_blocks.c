// Blocks of every alignment up to a page; the alignment is checked, and the last byte used.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    unsigned sum = 0;
    for (size_t align = 8; align <= 4096; align *= 2) {
        unsigned char *p = aligned_alloc(align, align * 3);
        void *q = NULL;
        int failed = posix_memalign(&q, align, 5);
        p[align * 3 - 1] = 7;
        ((char *)q)[4] = 3;
        printf("%zu %d %d %d\n", align, failed, (uintptr_t)p % align == 0, (uintptr_t)q % align == 0);
        sum += p[align * 3 - 1] + (unsigned)((char *)q)[4];
        free(p);
        free(q);
    }
    printf("%u\n", sum);
    return 0;
}
