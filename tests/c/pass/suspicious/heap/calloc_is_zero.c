// Freed blocks that were filled are given out again by calloc, and read before they are written.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void) {
    unsigned dirt = 0;
    for (size_t n = 1; n < 5000; n = n * 3 / 2 + 1) {
        char *p = malloc(n);
        memset(p, 0xAA, n);
        free(p);
        unsigned char *q = calloc(n, 1);
        for (size_t i = 0; i < n; i++) dirt |= q[i];
        free(q);
    }
    printf("%u\n", dirt);
    return 0;
}
