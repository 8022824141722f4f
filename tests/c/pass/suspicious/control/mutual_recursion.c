// Legal deep recursion through pointers and two functions, 30,000 calls in all.
#include <stdio.h>

static int odd(unsigned n);
static int (*volatile go)(unsigned) = odd;
static __attribute__((noinline)) int even(unsigned n) { volatile int keep = 1; return n == 0 ? keep : go(n - 1); }
static __attribute__((noinline)) int odd(unsigned n) { volatile int keep = 0; return n == 0 ? keep : even(n - 1); }

int main(void) {
    printf("%d %d\n", even(30000), odd(29998));
    return 0;
}
