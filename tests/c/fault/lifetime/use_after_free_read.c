// A heap object is read after it was freed.
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
    puts("before");
    printf("after %d\n", get(p));
    return 0;
}
