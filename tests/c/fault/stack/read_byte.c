// A local array is read one byte past its end.
// expect: stack-out-of-bounds
// args: 8
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) char get(const char *p, long i) {
    return p[i]; // BAD
}

int main(int argc, char **argv) {
    (void)argc;
    char a[8];
    for (int i = 0; i < 8; i++) a[i] = (char)i;
    puts("before");
    printf("after %d\n", get(a, atol(argv[1])));
    return 0;
}
