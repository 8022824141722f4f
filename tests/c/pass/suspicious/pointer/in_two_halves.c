// A pointer is stored as two 32-bit halves in different objects and put together again.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static uint32_t low[3], high[3];

int main(void) {
    for (int i = 0; i < 3; i++) {
        long *p = malloc(sizeof *p);
        *p = 100 + i;
        low[i] = (uint32_t)(uintptr_t)p;
        high[i] = (uint32_t)((uintptr_t)p >> 32);
    }
    for (int i = 2; i >= 0; i--) {
        long *p = (long *)((uintptr_t)high[i] << 32 | low[i]);
        printf("%ld ", *p);
        free(p);
    }
    putchar('\n');
    return 0;
}
