// A larger block is taken, its pointer rounded up by hand, and the block found again through a word before the data.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) void *take(size_t n, size_t align) {
    char *raw = malloc(n + align + sizeof(void *));
    uintptr_t at = ((uintptr_t)raw + sizeof(void *) + align - 1) & ~(uintptr_t)(align - 1);
    ((void **)at)[-1] = raw;
    return (void *)at;
}
static void drop(void *p) { free(((void **)p)[-1]); }

int main(void) {
    for (size_t align = 16; align <= 1024; align *= 4) {
        unsigned char *p = take(100, align);
        p[0] = 5;
        p[99] = 6;
        printf("%zu %d %d\n", align, (uintptr_t)p % align == 0, p[0] + p[99]);
        drop(p);
    }
    return 0;
}
