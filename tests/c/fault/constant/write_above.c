// A constant array is written one element past its end.
// expect: constant-out-of-bounds
// args: 8
#include <stdio.h>
#include <stdlib.h>

static const int table[8] = {1, 2, 3, 4, 5, 6, 7, 8};

static __attribute__((noinline)) void set(int *p, int i) {
    p[i] = 77; // BAD
}

int main(int argc, char **argv) {
    (void)argc;
    int *volatile p = (int *)table;
    puts("before");
    set(p, atoi(argv[1]));
    printf("after %d\n", table[atoi(argv[1]) % 8]);
    return 0;
}
