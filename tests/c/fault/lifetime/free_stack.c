// A local variable is freed.
// expect: invalid-free
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) void release(void *p) {
    free(p); // BAD
}

int main(int argc, char **argv) {
    (void)argv;
    int local[8] = {argc};
    puts("before");
    release(local);
    printf("after %d\n", local[0]);
    return 0;
}
