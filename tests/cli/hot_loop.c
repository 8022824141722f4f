// One long loop, and nothing else: ARGV[1] thousand times round.
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
    unsigned long n = argc > 1 ? strtoul(argv[1], 0, 10) * 1000 : 1000;
    unsigned long x = 88172645463325252ul, sum = 0;
    for (unsigned long i = 0; i < n; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        sum += x & 1;
    }
    printf("%d\n", sum > 0);
    return 0;
}
