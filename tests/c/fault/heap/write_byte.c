// A heap object is written one byte past its end.
// expect: heap-out-of-bounds
// args: 8
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) void set(char *p, long i) {
    p[i] = 77; // BAD
}

int main(int argc, char **argv) {
    char *a = malloc(8 * sizeof *a);
    for (int i = 0; i < 8; i++) a[i] = (char)i;
    puts("before");
    set(a, atol(argv[1]));
    printf("after %d\n", a[argc]);
    free(a);
    return 0;
}
