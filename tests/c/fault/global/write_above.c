// A global array is written one element past its end.
// expect: global-out-of-bounds
// args: 8
#include <stdio.h>
#include <stdlib.h>

static int a[8] = {0, 1, 2, 3, 4, 5, 6, 7};

static __attribute__((noinline)) void set(int *p, long i) {
    p[i] = 77; // BAD
}

int main(int argc, char **argv) {
    puts("before");
    set(a, atol(argv[1]));
    printf("after %d\n", a[argc]);
    return 0;
}
