// Bytes are put together to words in both orders, which -O2 merges to one load at the object's end.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) uint32_t little(const unsigned char *p) { return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24; }
static __attribute__((noinline)) uint32_t big(const unsigned char *p) { return p[3] | (uint32_t)p[2] << 8 | (uint32_t)p[1] << 16 | (uint32_t)p[0] << 24; }

int main(void) {
    unsigned char *p = malloc(7);
    for (int i = 0; i < 7; i++) p[i] = (unsigned char)(0xA0 + i);
    printf("%08x %08x %06x\n", little(p + 3), big(p + 3), big(p + 3) & 0xFFFFFF);
    free(p);
    return 0;
}
