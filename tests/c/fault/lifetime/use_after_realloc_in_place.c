// The old pointer is used after a realloc that could have left the object where it was.
// expect: use-after-free
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) void set(int *p) {
    *p = 5; // BAD
}

int main(int argc, char **argv) {
    (void)argv;
    int *volatile p = malloc(100 * sizeof *p);
    p[0] = argc;
    int *q = realloc(p, 99 * sizeof *q);
    puts("before");
    set(p);
    printf("after %d\n", q[0]);
    free(q);
    return 0;
}
