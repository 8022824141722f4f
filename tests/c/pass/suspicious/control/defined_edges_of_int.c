// INT_MIN and INT_MAX in operations that are defined: unsigned, remainders by other numbers, shifts, comparisons.
#include <limits.h>
#include <stdio.h>

int main(int argc, char **argv) {
    (void)argv;
    volatile int min = INT_MIN, max = INT_MAX, one = argc;
    volatile long lmin = LONG_MIN;
    printf("%d %d %d %d\n", min / one, min % one, min / 2, max % -2);
    printf("%u %u %d\n", -(unsigned)min, (unsigned)max + 1u, min + max);
    printf("%ld %ld %d\n", lmin / -3, lmin % -3, (int)(-(long)min % 7));
    printf("%d %d %u\n", min >> 31, ~min, 1u << 31);
    return 0;
}
