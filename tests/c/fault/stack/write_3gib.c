// A local array is written 3 GiB before its start.
// expect: stack-out-of-bounds
// args: -3221225472
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) void set(char *p, long i) {
    p[i] = 77; // BAD
}

int main(int argc, char **argv) {
    char a[8];
    for (int i = 0; i < 8; i++) a[i] = (char)i;
    puts("before");
    set(a, atol(argv[1]));
    printf("after %d\n", a[argc]);
    return 0;
}
