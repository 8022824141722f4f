// The old pointer is used after realloc has moved the object.
// expect: use-after-free
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) int get(const int *p) {
    return *p; // BAD
}

int main(int argc, char **argv) {
    (void)argv;
    int *p = malloc(4 * sizeof *p);
    p[0] = argc;
    int *q = realloc(p, 100000 * sizeof *q);
    puts("before");
    printf("after %d %d\n", get(p), q[0]);
    free(q);
    return 0;
}
