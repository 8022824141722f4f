// An object is freed twice, when its memory already belongs to another.
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
    char *q = malloc(40);
    q[0] = 1;
    puts("before");
    release(p);
    printf("after %d\n", q[0]);
    free(q);
    return 0;
}
