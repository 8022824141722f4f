// A stale pointer is used far outside of the object that it once pointed to.
// expect: use-after-free
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) int get(const int *p, long i) {
    return p[i]; // BAD
}

int main(int argc, char **argv) {
    (void)argv;
    int *p = malloc(16 * sizeof *p);
    p[0] = argc;
    free(p);
    puts("before");
    printf("after %d\n", get(p, 1000 * (long)argc));
    return 0;
}
