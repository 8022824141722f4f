// Pointers go through intptr_t, long, unsigned long and __int128 and come back.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    int *p = malloc(2 * sizeof *p), x = 5;
    volatile intptr_t a = (intptr_t)p;
    volatile long b = (long)(int *)a;
    volatile unsigned long c = (unsigned long)b;
    volatile unsigned __int128 d = (unsigned __int128)c << 60;
    int *q = (int *)(uintptr_t)(d >> 60);
    q[1] = x;
    printf("%d %d\n", p[1], p == q);
    free((void *)c);
    return 0;
}
