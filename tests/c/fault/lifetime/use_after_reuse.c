// A stale pointer is used when its memory belongs to a new object of the same size.
// expect: use-after-free
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) int get(const int *p) {
    return *p; // BAD
}

int main(int argc, char **argv) {
    (void)argv;
    int *p = malloc(16 * sizeof *p);
    p[0] = argc;
    free(p);
    int *q = malloc(16 * sizeof *q);
    q[0] = 2;
    puts("before");
    printf("after %d %d\n", get(p), get(q));
    free(q);
    return 0;
}
