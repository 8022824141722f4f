/* The 10,000th prime by trial division. */
#include "kernel.h"

KERNEL(memory, len)
{
    u64 found = 1, candidate = 1;
    while (found < 10000) {
        candidate += 2;
        u64 divisor = 3;
        while (divisor * divisor <= candidate && candidate % divisor != 0)
            divisor += 2;
        found += divisor * divisor > candidate;
    }
    return candidate;
}
