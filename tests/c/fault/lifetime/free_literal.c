// A string literal is freed.
// expect: invalid-free
// args: x
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) void release(const char *p) {
    free((void *)p); // BAD
}

int main(int argc, char **argv) {
    puts("before");
    release(argc > 1 ? "a literal" : argv[0]);
    puts("after");
    return 0;
}
