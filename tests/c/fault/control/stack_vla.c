// A variable length array is larger than any stack.
// expect: stack-exhausted
// args: 1000000000000
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) int huge(size_t n) {
    volatile char a[n]; // BAD
    a[0] = 1;
    return a[0];
}

int main(int argc, char **argv) {
    (void)argc;
    puts("before");
    printf("after %d\n", huge((size_t)atol(argv[1])));
    return 0;
}
