// A function that takes an int is called as one that takes a double.
// expect: call-type-mismatch
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) int twice(int x) {
    return 2 * x;
}

static __attribute__((noinline)) int call(int (*f)(double), double x) {
    return f(x); // BAD
}

int main(int argc, char **argv) {
    (void)argv;
    void *volatile raw = (void *)twice;
    puts("before");
    printf("after %d\n", call((int (*)(double))raw, argc));
    return 0;
}
