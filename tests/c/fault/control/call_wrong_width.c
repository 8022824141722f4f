// A function that takes a long is called as one that takes an int.
// expect: call-type-mismatch
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) long half(long x) {
    return x / 2;
}

static __attribute__((noinline)) long call(long (*f)(int), int x) {
    return f(x); // BAD
}

int main(int argc, char **argv) {
    (void)argv;
    void *volatile raw = (void *)half;
    puts("before");
    printf("after %ld\n", call((long (*)(int))raw, argc));
    return 0;
}
