// A constant array is read 3 GiB past its start.
// expect: constant-out-of-bounds
// args: 3221225472
#include <stdio.h>
#include <stdlib.h>

static const char a[8] = {0, 1, 2, 3, 4, 5, 6, 7};

static __attribute__((noinline)) char get(const char *p, long i) {
    return p[i]; // BAD
}

int main(int argc, char **argv) {
    (void)argc;
    puts("before");
    printf("after %d\n", get(a, atol(argv[1])));
    return 0;
}
