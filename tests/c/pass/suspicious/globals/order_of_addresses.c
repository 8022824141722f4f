// Two arrays compared by address: where they lie does not matter, only that they differ.
#include <stdint.h>
#include <stdio.h>

static char left[8], right[8];

int main(void) {
    volatile uintptr_t l = (uintptr_t)left, r = (uintptr_t)right;
    printf("%d %d\n", l == r, (l < r) + (r < l));
    left[7] = 1;
    right[0] = 2;
    printf("%d\n", left[7] + right[0]);
    return 0;
}
