// A recursion of 20,000 calls, each with an array of its own: deep, and within any usual stack.
#include <stdio.h>

static __attribute__((noinline)) unsigned deep(int n, unsigned x) {
    volatile unsigned char a[64];
    a[0] = a[63] = (unsigned char)x;
    if (n == 0) return x;
    unsigned r = deep(n - 1, x * 5 + a[0]);
    return r + a[63];
}

int main(void) {
    printf("%u\n", deep(20000, 1));
    return 0;
}
