// An index is proved in range by the optimiser through a mask, a remainder, a minimum and a table of limits.
#include <stdio.h>

static const unsigned char steps[8] = {1, 2, 4, 8, 16, 32, 64, 128};
static __attribute__((noinline)) unsigned look(unsigned x) {
    unsigned m = x < 7 ? x : 7;
    return steps[x & 7] + steps[x % 8] * 3u + steps[m] * 5u + steps[x >> 29];
}

int main(void) {
    unsigned s = 0;
    for (unsigned x = 1; x; x = x > 0x7fffffffu ? 0 : x * 2 + 1) s = s * 3 + look(x);
    printf("%u\n", s);
    return 0;
}
