// An object is reallocated after it was freed.
// expect: double-free
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) void *grow(void *p) {
    return realloc(p, 100); // BAD
}

int main(int argc, char **argv) {
    (void)argv;
    char *p = malloc(40);
    p[0] = (char)argc;
    free(p);
    puts("before");
    printf("after %d\n", grow(p) != NULL);
    return 0;
}
