// Words are read and written at every offset of a buffer, up to the last that fits.
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct __attribute__((packed)) word { uint32_t v; };
static __attribute__((noinline)) uint32_t get(const void *p) { return ((const struct word *)p)->v; }
static __attribute__((noinline)) void put(void *p, uint32_t v) { memcpy(p, &v, sizeof v); }

int main(void) {
    unsigned char b[19];
    for (unsigned i = 0; i < sizeof b; i++) b[i] = (unsigned char)i;
    uint32_t s = 0;
    for (unsigned i = 0; i + 4 <= sizeof b; i++) { put(b + i, get(b + i) * 3 + i); s = s * 5 + get(b + i); }
    printf("%u %u\n", s, b[18]);
    return 0;
}
