// A loop that the optimizer turns into vector loads runs one element too far.
// expect: heap-out-of-bounds
// args: 101
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) long sum(const int *p, long n) {
    long s = 0;
    for (long i = 0; i < n; i++)
        s += p[i]; // BAD
    return s;
}

int main(int argc, char **argv) {
    int *p = malloc(100 * sizeof *p);
    for (int i = 0; i < 100; i++) p[i] = i * argc;
    puts("before");
    printf("after %ld\n", sum(p, atol(argv[1])));
    free(p);
    return 0;
}
