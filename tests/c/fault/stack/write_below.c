// A local array is written one element before its start.
// expect: stack-out-of-bounds
// args: -1
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) void set(int *p, long i) {
    p[i] = 77; // BAD
}

int main(int argc, char **argv) {
    int a[8];
    for (int i = 0; i < 8; i++) a[i] = (int)i;
    puts("before");
    set(a, atol(argv[1]));
    printf("after %d\n", a[argc]);
    return 0;
}
