// A pointer to the end of an object is freed.
// expect: invalid-free
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) void release(void *p) {
    free(p); // BAD
}

int main(int argc, char **argv) {
    (void)argv;
    char *p = malloc(64);
    p[0] = (char)argc;
    puts("before");
    release(p + 64);
    puts("after");
    return 0;
}
