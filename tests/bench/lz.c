// LZ77 with a hash table of positions: compresses text, expands it again, compares.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIZE = 1 << 18, TABLE = 1 << 14, LONGEST = 255 };
static int32_t last[TABLE];

static uint32_t hash(const unsigned char *p) { return ((uint32_t)p[0] << 16 ^ (uint32_t)p[1] << 8 ^ p[2]) * 2654435761u >> 18; }

/* Output: 0 n literals..., or length (>= 4) and a distance of two bytes. */
static size_t compress(const unsigned char *in, size_t n, unsigned char *out) {
    size_t o = 0, start = 0;
    for (int i = 0; i < TABLE; i++) last[i] = -1;
    for (size_t i = 0; i <= n;) {
        size_t length = 0, from = 0;
        if (i + 4 < n) {
            uint32_t h = hash(in + i) % TABLE;
            if (last[h] >= 0 && i - (size_t)last[h] < 65536) {
                from = (size_t)last[h];
                while (length < LONGEST && i + length < n && in[from + length] == in[i + length]) length++;
            }
            last[h] = (int32_t)i;
        }
        if (length >= 4 || i == n || i - start == 255) {
            if (i > start) {
                out[o++] = 0, out[o++] = (unsigned char)(i - start);
                memcpy(out + o, in + start, i - start);
                o += i - start;
            }
            start = i;
            if (i == n) break;
        }
        if (length >= 4) {
            out[o++] = (unsigned char)length, out[o++] = (unsigned char)((i - from) >> 8), out[o++] = (unsigned char)(i - from);
            i += length, start = i;
        } else {
            i++;
        }
    }
    return o;
}

static size_t expand(const unsigned char *in, size_t n, unsigned char *out) {
    size_t o = 0;
    for (size_t i = 0; i < n;) {
        size_t length = in[i++];
        if (length == 0) {
            length = in[i++];
            memcpy(out + o, in + i, length);
            i += length, o += length;
        } else {
            size_t distance = (size_t)in[i] << 8 | in[i + 1];
            for (size_t k = 0; k < length; k++, o++) out[o] = out[o - distance];
            i += 2;
        }
    }
    return o;
}

int main(int argc, char **argv) {
    int units = argc > 1 ? atoi(argv[1]) : 1;
    unsigned char *text = malloc(SIZE), *packed = malloc(SIZE * 2), *back = malloc(SIZE);
    static const char *const words[] = {"slot ", "key ", "offset ", "object ", "header ", "pointer ", "checks ", "the ", "a ", "live ", "is ", "\n"};
    uint32_t x = 99;
    size_t n = 0, total = 0;
    while (n + 16 < SIZE) {
        x = x * 1664525 + 1013904223;
        const char *w = words[(x >> 20) % 12];
        memcpy(text + n, w, strlen(w));
        n += strlen(w);
    }
    for (int round = 0; round < units * 5; round++) {
        text[(size_t)round * 7919 % n] ^= 1;
        size_t c = compress(text, n, packed), e = expand(packed, c, back);
        if (e != n || memcmp(text, back, n) != 0) return 1;
        total += c;
    }
    printf("%zu %zu\n", n, total);
    free(text), free(packed), free(back);
    return 0;
}
