// The first and the last element of global arrays of several types, one of them of a single byte.
#include <stdio.h>

static char one;
static short shorts[7];
static long longs[3];
static __attribute__((noinline)) void put(void *p, size_t size, size_t n) {
    ((char *)p)[0] = 1;
    ((char *)p)[size * n - 1] = 2;
}

int main(void) {
    put(&one, 1, 1);
    put(shorts, sizeof *shorts, 7);
    put(longs, sizeof *longs, 3);
    printf("%d %d %d %ld %lx\n", one, shorts[0], shorts[6], longs[0], longs[2]);
    return 0;
}
