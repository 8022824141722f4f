// The last byte of blocks of every size up to 70, none rounded up: one more byte would be outside.
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) void put(char *p, size_t n) { p[n - 1] = (char)n; }

int main(void) {
    unsigned sum = 0;
    for (size_t n = 1; n <= 70; n++) {
        char *p = malloc(n);
        put(p, n);
        sum = sum * 31 + (unsigned char)p[n - 1];
        free(p);
    }
    printf("%u\n", sum);
    return 0;
}
