// A pointer is moved just past its object and stored before it is used.
// expect: heap-out-of-bounds
// args: 64
#include <stdio.h>
#include <stdlib.h>

static char *volatile stored;

static __attribute__((noinline)) int get(void) {
    return *stored; // BAD
}

int main(int argc, char **argv) {
    (void)argc;
    char *p = malloc(64), *q = malloc(64);
    p[0] = q[0] = 1;
    stored = p + atol(argv[1]);
    puts("before");
    printf("after %d\n", get());
    free(p);
    free(q);
    return 0;
}
