// An object is freed twice, long after.
// expect: double-free
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) void release(void *p) {
    free(p); // BAD
}

int main(int argc, char **argv) {
    (void)argv;
    char *volatile q = malloc(40), *p = q;
    p[0] = (char)argc;
    free(p);
    for (int i = 0; i < 100000; i++) {
        q = malloc(40);
        q[i % 40] = 1;
        free(q);
    }
    puts("before");
    release(p);
    puts("after");
    return 0;
}
