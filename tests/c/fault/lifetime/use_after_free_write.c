// A heap object is written after it was freed.
// expect: use-after-free
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) void set(int *p) {
    *p = 5; // BAD
}

int main(int argc, char **argv) {
    (void)argv;
    int *volatile p = malloc(16 * sizeof *p);
    p[0] = argc;
    free(p);
    puts("before");
    set(p + 3);
    puts("after");
    return 0;
}
