// Blocks of one page, one byte less and one byte more: first and last bytes are used.
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    unsigned sum = 0;
    for (size_t pages = 1; pages <= 64; pages *= 2)
        for (int d = -1; d <= 1; d++) {
            size_t n = pages * 4096 + (size_t)d;
            unsigned char *p = malloc(n);
            p[0] = 1;
            p[n - 1] = (unsigned char)(n >> 4);
            sum = sum * 13 + p[0] + p[n - 1];
            free(p);
        }
    printf("%u\n", sum);
    return 0;
}
