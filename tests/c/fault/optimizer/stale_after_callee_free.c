// A pointer is used, its object freed by a callee, and the pointer used again: the first check says nothing of the second.
// expect: use-after-free
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) void release(int **p, int yes) {
    if (yes) free(*p);
}

static __attribute__((noinline)) int twice(int *p, int yes) {
    int before = *p;
    release(&p, yes);
    return before + *p; // BAD
}

int main(int argc, char **argv) {
    (void)argv;
    int *p = malloc(sizeof *p);
    *p = argc;
    puts("before");
    printf("after %d\n", twice(p, argc));
    return 0;
}
