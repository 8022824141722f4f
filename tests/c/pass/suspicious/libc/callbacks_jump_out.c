// qsort's comparison leaves by longjmp to a live frame; the array is whole enough to be sorted again.
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

static jmp_buf out;
static int budget;
static int order(const void *a, const void *b) { if (budget-- == 0) longjmp(out, 1); return *(const int *)a - *(const int *)b; }

int main(void) {
    static int a[64];
    for (int i = 0; i < 64; i++) a[i] = i * 29 % 64;
    volatile int jumps = 0;
    for (volatile int n = 5; n < 40; n += 7) { budget = n; if (setjmp(out) == 0) qsort(a, 64, sizeof *a, order); else jumps++; }
    for (int i = 0; i < 64; i++) a[i] = 63 - i;
    budget = -1;
    qsort(a, 64, sizeof *a, order);
    printf("%d %d %d\n", jumps, a[0], a[63]);
    return 0;
}
