// A bump allocator gives out its block to the last byte, and says no to one byte more.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *next, *end;
static __attribute__((noinline)) void *bump(size_t n) {
    if ((size_t)(end - next) < n) return NULL;
    return (next += n) - n;
}

int main(void) {
    char *block = malloc(100);
    next = block;
    end = block + 100;
    int given = 0;
    for (size_t n = 1; n <= 13; n++) {
        char *p = bump(n);
        if (p) { memset(p, (int)n, n); given++; }
    }
    char *rest = bump((size_t)(end - next));
    printf("%d %td %d %d\n", given, rest - block, bump(1) == NULL, bump(0) == end);
    unsigned sum = 0;
    for (char *p = block; p < rest; p++) sum = sum * 3 + (unsigned char)*p;
    printf("%u\n", sum);
    free(block);
    return 0;
}
