// A local array is indexed so that the access lies exactly inside another live object.
// expect: stack-out-of-bounds
// hide: long-numbers
// args: 3
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) void set(int *p, long i) {
    p[i] = 77; // BAD
}

static __attribute__((noinline)) long distance(const int *from, const int *to) {
    return (long)((uintptr_t)to - (uintptr_t)from) / (long)sizeof(int);
}

int main(int argc, char **argv) {
    (void)argc;
    int a[8], b[8];
    for (int i = 0; i < 8; i++) a[i] = b[i] = i;
    long i = distance(a, b) + atol(argv[1]);
    puts("before");
    set(a, i);
    printf("after %d %d\n", a[3], b[3]);
    return 0;
}
