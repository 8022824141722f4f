// A table is addressed from its middle, with indexes from -128 to 127.
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) int at(const short *middle, signed char c) { return middle[c]; }

int main(void) {
    short *table = malloc(256 * sizeof *table), *middle = table + 128;
    for (int i = -128; i < 128; i++) middle[i] = (short)(i * 3);
    unsigned long sum = 0;
    for (int i = -128; i < 128; i++) sum = sum * 5 + (unsigned long)at(middle, (signed char)i);
    printf("%d %d %lu\n", at(middle, -128), at(middle, 127), sum);
    free(table);
    return 0;
}
