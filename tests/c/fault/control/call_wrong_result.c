// A function that returns an int is called as one that returns a double, and the result is used.
// expect: call-type-mismatch
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) int twice(int x) {
    return 2 * x;
}

static __attribute__((noinline)) double call(double (*f)(int), int x) {
    return f(x); // BAD
}

int main(int argc, char **argv) {
    (void)argv;
    void *volatile raw = (void *)twice;
    puts("before");
    printf("after %g\n", call((double (*)(int))raw, argc));
    return 0;
}
