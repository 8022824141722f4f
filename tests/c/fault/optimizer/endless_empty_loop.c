// A loop without effects that does not end, so that the access behind it is never reached.
// expect: timeout
// options: --timeout=0.3
// status: 97
// levels: O0; at -O2 clang takes the loop out itself, as it must make progress
// args: 3
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) unsigned spin(unsigned n) {
    while (n | 1) n = n * n / 3; // BAD
    return n;
}

int main(int argc, char **argv) {
    unsigned n = argc > 1 ? (unsigned)atoi(argv[1]) : 0;
    puts("before");
    printf("after %d\n", *(volatile int *)(unsigned long)spin(n));
    return 0;
}
