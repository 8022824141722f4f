// A set of pointers is hashed by their bits; found ones are followed, the answer does not depend on the hash.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static void *set[256];
static void **slot(void *p) {
    size_t h = (size_t)((uintptr_t)p * 0x9E3779B97F4A7C15u >> 56);
    while (set[h] && set[h] != p) h = (h + 1) & 255;
    return &set[h];
}

int main(void) {
    int *p[100], s = 0, missing = 0;
    for (int i = 0; i < 100; i++) { p[i] = malloc(sizeof(int)); *p[i] = i; if (i % 2) *slot(p[i]) = p[i]; }
    for (int i = 0; i < 100; i++) { int *q = *slot(p[i]); if (q) s += *q; else missing++; }
    for (int i = 0; i < 100; i++) free(p[i]);
    printf("%d %d\n", s, missing);
    return 0;
}
