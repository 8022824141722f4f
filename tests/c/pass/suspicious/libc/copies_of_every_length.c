// memcpy, memset and memcmp of every length from 0 to 80, from and to blocks of exactly that length.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void) {
    unsigned s = 0;
    for (size_t n = 0; n <= 80; n++) {
        unsigned char *a = malloc(n), *b = malloc(n);
        memset(a, (int)n, n);
        memcpy(b, a, n);
        s = s * 31 + (unsigned)(memcmp(a, b, n) == 0) + (n ? b[n - 1] : 0);
        free(a);
        free(b);
    }
    printf("%u\n", s);
    return 0;
}
