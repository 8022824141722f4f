// A thread-local array is read past its end.
// expect: global-out-of-bounds
// args: 4
#include <stdio.h>
#include <stdlib.h>

static _Thread_local int a[4];

static __attribute__((noinline)) int get(const int *p, int i) {
    return p[i]; // BAD
}

int main(int argc, char **argv) {
    a[0] = argc;
    puts("before");
    printf("after %d\n", get(a, atoi(argv[1])));
    return 0;
}
