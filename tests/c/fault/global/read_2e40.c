// A global array is read 2^40 bytes past its start.
// expect: global-out-of-bounds
// args: 1099511627776
#include <stdio.h>
#include <stdlib.h>

static char a[8] = {0, 1, 2, 3, 4, 5, 6, 7};

static __attribute__((noinline)) char get(const char *p, long i) {
    return p[i]; // BAD
}

int main(int argc, char **argv) {
    a[0] = (char)argc; // written, or the optimizer makes it a constant
    puts("before");
    printf("after %d\n", get(a, atol(argv[1])));
    return 0;
}
