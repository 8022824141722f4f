// A pointer is stored rotated and complemented, and turned back before its use.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) uint64_t hide(const void *p) { uint64_t v = ~(uint64_t)(uintptr_t)p; return v << 13 | v >> 51; }
static __attribute__((noinline)) void *show(uint64_t v) { return (void *)(uintptr_t)~(v >> 13 | v << 51); }

int main(void) {
    volatile uint64_t hidden[5];
    for (int i = 0; i < 5; i++) { int *p = malloc(sizeof *p); *p = i * 11; hidden[i] = hide(p); }
    int s = 0;
    for (int i = 0; i < 5; i++) { int *p = show(hidden[i]); s = s * 2 + *p; free(p); }
    printf("%d\n", s);
    return 0;
}
