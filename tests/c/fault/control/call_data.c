// A data object is called.
// expect: call-of-non-function
#include <stdio.h>
#include <stdlib.h>

static int data[16];

static __attribute__((noinline)) int call(int (*f)(int), int x) {
    return f(x); // BAD
}

int main(int argc, char **argv) {
    (void)argv;
    data[0] = argc;
    void *volatile raw = data;
    puts("before");
    printf("after %d\n", call((int (*)(int))raw, data[0]));
    return 0;
}
