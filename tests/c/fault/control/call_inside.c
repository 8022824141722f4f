// The middle of a function is called.
// expect: call-of-non-function
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) int twice(int x) {
    return 2 * x;
}

static __attribute__((noinline)) int call(int (*f)(int), int x) {
    return f(x); // BAD
}

int main(int argc, char **argv) {
    (void)argv;
    char *volatile raw = (char *)twice + 4;
    puts("before");
    printf("after %d\n", call((int (*)(int))raw, argc));
    return 0;
}
