// A global array is indexed so that the access lies exactly inside another live object.
// expect: global-out-of-bounds
// hide: long-numbers
// args: 3
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static int a[8] = {0, 1, 2, 3, 4, 5, 6, 7};
static int b[8] = {8, 9, 10, 11, 12, 13, 14, 15};

static __attribute__((noinline)) int get(const int *p, long i) {
    return p[i]; // BAD
}

static __attribute__((noinline)) long distance(const int *from, const int *to) {
    return (long)((uintptr_t)to - (uintptr_t)from) / (long)sizeof(int);
}

int main(int argc, char **argv) {
    a[0] = b[0] = argc; // written, or the optimizer makes them constants
    long i = distance(a, b) + atol(argv[1]);
    puts("before");
    printf("after %d\n", get(a, i));
    return 0;
}
