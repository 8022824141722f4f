// A parameter is promised never to be null, and is.
// expect: null-pointer
// args: 1
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline, nonnull)) int get(const int *p) {
    return *p; // BAD
}

int main(int argc, char **argv) {
    int x = argc, *volatile p = &x;
    if (argc > 1 && argv[1][0] == '1') p = NULL;
    puts("before");
    printf("after %d\n", get(p));
    return 0;
}
