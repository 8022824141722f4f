// An object is freed twice.
// expect: double-free
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) void release(void *p) {
    free(p); // BAD
}

int main(int argc, char **argv) {
    (void)argv;
    char *p = malloc(40);
    p[0] = (char)argc;
    free(p);
    puts("before");
    release(p);
    puts("after");
    return 0;
}
