// A global variable is freed.
// expect: invalid-free
#include <stdio.h>
#include <stdlib.h>

static int global[8];

static __attribute__((noinline)) void release(void *p) {
    free(p); // BAD
}

int main(int argc, char **argv) {
    (void)argv;
    global[0] = argc;
    puts("before");
    release(global);
    printf("after %d\n", global[0]);
    return 0;
}
