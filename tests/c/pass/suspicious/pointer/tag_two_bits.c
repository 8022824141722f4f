// Two low bits of pointers to ints tell the kind of four cells.
#include <stdint.h>
#include <stdio.h>

static int cell[4] = {10, 20, 30, 40};

int main(void) {
    uintptr_t t[4];
    for (unsigned i = 0; i < 4; i++) t[i] = (uintptr_t)&cell[3 - i] + i;
    for (int i = 0; i < 4; i++) printf("%d:%d ", (int)(t[i] & 3), *(int *)(t[i] >> 2 << 2));
    putchar('\n');
    return 0;
}
