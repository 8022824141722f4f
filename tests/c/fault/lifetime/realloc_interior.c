// A pointer into the middle of an object is reallocated.
// expect: invalid-free
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) void *grow(void *p) {
    return realloc(p, 100); // BAD
}

int main(int argc, char **argv) {
    (void)argv;
    char *p = malloc(40);
    p[0] = (char)argc;
    puts("before");
    printf("after %d\n", grow(p + 8) != NULL);
    return 0;
}
