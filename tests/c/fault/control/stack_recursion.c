// A recursion has no end.
// expect: stack-exhausted
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) int down(int n) {
    volatile char pad[1000];
    pad[n % 1000] = (char)n;
    return down(n + 1) + pad[n % 1000]; // BAD
}

static __attribute__((noinline)) int call(int n) {
    return down(n);
}

int main(int argc, char **argv) {
    (void)argv;
    puts("before");
    printf("after %d\n", call(argc));
    return 0;
}
