// Buddies in one block are found by flipping a bit of the offset, at the first and the last byte too.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void) {
    enum { SIZE = 256 };
    unsigned char *base = malloc(SIZE);
    memset(base, 0, SIZE);
    unsigned s = 0;
    for (unsigned order = 1; order < SIZE; order *= 2)
        for (unsigned at = 0; at < SIZE; at += order) {
            unsigned char *p = base + at, *buddy = base + ((unsigned)(p - base) ^ order);
            buddy[order - 1]++;
            p[0] += 2;
        }
    for (int i = 0; i < SIZE; i++) s = s * 31 + base[i];
    printf("%u %d %d\n", s, base[0], base[SIZE - 1]);
    free(base);
    return 0;
}
