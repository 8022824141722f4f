// A stale pointer is used after its memory was given out and freed many times; any quarantine is long over.
// expect: use-after-free
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) int get(const int *p) {
    return *p; // BAD
}

int main(int argc, char **argv) {
    (void)argv;
    int *p = malloc(16 * sizeof *p), *volatile q = NULL;
    p[0] = argc;
    free(p);
    for (int i = 0; i < 100000; i++) {
        q = malloc(16 * sizeof *q);
        *q = i;
        if (i < 99999) free(q);
    }
    puts("before");
    printf("after %d %d\n", get(p), *q);
    free(q);
    return 0;
}
