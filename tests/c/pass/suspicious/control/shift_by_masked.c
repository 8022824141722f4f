// Shift amounts are masked to the width before each shift, 0 and the width included.
#include <stdint.h>
#include <stdio.h>

static __attribute__((noinline)) uint32_t rotate(uint32_t x, unsigned n) { return x << (n & 31) | x >> (-n & 31); }
static __attribute__((noinline)) uint64_t low(unsigned n) { return n >= 64 ? ~(uint64_t)0 : ((uint64_t)1 << n) - 1; }

int main(void) {
    uint32_t s = 1;
    for (unsigned n = 0; n < 70; n++) s = rotate(s + n, n) ^ (uint32_t)low(n);
    printf("%u %d\n", s, low(64) == low(200));
    return 0;
}
