// Thirty million allocations and frees of random size, at most a few thousand alive: constant memory, no false alarm.
// seconds: 600
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { LIVE = 4096, ROUNDS = 30000000 };
static unsigned char *slot[LIVE];

int main(void) {
    uint64_t x = 88172645463325252u, sum = 0;
    for (long i = 0; i < ROUNDS; i++) {
        x ^= x << 13; x ^= x >> 7; x ^= x << 17;
        unsigned k = (unsigned)(x >> 20) % LIVE;
        if (slot[k]) { sum += *slot[k]; free(slot[k]); }
        size_t n = (x >> 40) % 255 + 1;
        slot[k] = malloc(n);
        *slot[k] = (unsigned char)n;
        slot[k][n - 1] = (unsigned char)n;
    }
    printf("%llu\n", (unsigned long long)sum);
    for (int k = 0; k < LIVE; k++) free(slot[k]);
    return 0;
}
