// A global array is read one element past its end.
// expect: global-out-of-bounds
// args: 8
#include <stdio.h>
#include <stdlib.h>

static int a[8] = {0, 1, 2, 3, 4, 5, 6, 7};

static __attribute__((noinline)) int get(const int *p, long i) {
    return p[i]; // BAD
}

int main(int argc, char **argv) {
    a[0] = (int)argc; // written, or the optimizer makes it a constant
    puts("before");
    printf("after %d\n", get(a, atol(argv[1])));
    return 0;
}
