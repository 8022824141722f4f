// The last sixteen bytes of a block are loaded as one vector, and overlap what the loop has seen.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef unsigned char bytes __attribute__((vector_size(16)));

static __attribute__((noinline)) int any(const unsigned char *p, size_t n, unsigned char c) {
    bytes hit = {0}, v;
    for (size_t i = 0; i + 16 <= n; i += 16) { memcpy(&v, p + i, 16); hit |= (bytes)(v == c); }
    memcpy(&v, p + n - 16, 16);
    hit |= (bytes)(v == c);
    int found = 0;
    for (int i = 0; i < 16; i++) found |= hit[i];
    return found != 0;
}

int main(void) {
    for (size_t n = 16; n < 70; n += 9) {
        unsigned char *p = malloc(n);
        memset(p, 'a', n);
        p[n - 1] = 'z';
        printf("%zu %d %d\n", n, any(p, n, 'z'), any(p, n, 'b'));
        free(p);
    }
    return 0;
}
