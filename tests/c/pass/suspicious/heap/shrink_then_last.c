// A block is shrunk byte by byte; its new last byte is read and written after each step.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void) {
    char *p = malloc(300);
    memset(p, 'x', 300);
    unsigned sum = 0;
    for (size_t n = 300; n-- > 1;) {
        p = realloc(p, n);
        p[n - 1] = (char)(p[n - 1] + n);
        sum = sum * 17 + (unsigned char)p[n - 1];
    }
    printf("%u\n", sum);
    free(p);
    return 0;
}
