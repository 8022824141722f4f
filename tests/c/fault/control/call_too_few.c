// A function is called with fewer arguments than it reads.
// expect: call-type-mismatch
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) int add(int a, int b) {
    return a + b;
}

static __attribute__((noinline)) int call(int (*f)(int), int x) {
    return f(x); // BAD
}

int main(int argc, char **argv) {
    (void)argv;
    void *volatile raw = (void *)add;
    puts("before");
    printf("after %d\n", call((int (*)(int))raw, argc));
    return 0;
}
