// A random integer is called.
// expect: call-of-non-function
#include <stdio.h>
#include <stdlib.h>


static __attribute__((noinline)) int call(int (*f)(int), int x) {
    return f(x); // BAD
}

int main(int argc, char **argv) {
    (void)argv;
    volatile unsigned long raw = 0x123456789abcdef0;
    puts("before");
    printf("after %d\n", call((int (*)(int))raw, argc));
    return 0;
}
