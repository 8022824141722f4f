// A global array is written 2^40 bytes past its start.
// expect: global-out-of-bounds
// args: 1099511627776
#include <stdio.h>
#include <stdlib.h>

static char a[8] = {0, 1, 2, 3, 4, 5, 6, 7};

static __attribute__((noinline)) void set(char *p, long i) {
    p[i] = 77; // BAD
}

int main(int argc, char **argv) {
    puts("before");
    set(a, atol(argv[1]));
    printf("after %d\n", a[argc]);
    return 0;
}
