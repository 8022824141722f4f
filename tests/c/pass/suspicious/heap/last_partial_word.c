// Blocks whose length is no multiple of a word are read by words, with a copied tail of one to seven bytes.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static __attribute__((noinline)) uint64_t hash(const unsigned char *p, size_t n) {
    uint64_t h = 1469598103934665603u, w;
    for (; n >= 8; p += 8, n -= 8) { memcpy(&w, p, 8); h = (h ^ w) * 1099511628211u; }
    w = 0;
    memcpy(&w, p, n);
    return (h ^ w) * 1099511628211u;
}

int main(void) {
    for (size_t n = 13; n < 30; n++) {
        unsigned char *p = malloc(n);
        for (size_t i = 0; i < n; i++) p[i] = (unsigned char)(i * 7 + n);
        printf("%zu %016llx\n", n, (unsigned long long)hash(p, n));
        free(p);
    }
    return 0;
}
