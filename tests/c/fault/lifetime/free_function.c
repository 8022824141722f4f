// A function is freed.
// expect: invalid-free
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) void release(void *p) {
    free(p); // BAD
}

int main(int argc, char **argv) {
    puts("before");
    release(argc > 5 ? (void *)argv[0] : (void *)main);
    puts("after");
    return 0;
}
