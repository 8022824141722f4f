// A function's bytes are read.
// expect: function-access
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) int twice(int x) {
    return 2 * x;
}

static __attribute__((noinline)) int call(const unsigned char *p, int i) {
    return p[i]; // BAD
}

int main(int argc, char **argv) {
    (void)argv;
    void *volatile raw = (void *)twice;
    puts("before");
    printf("after %d\n", call(raw, argc));
    return 0;
}
