// A loop that counts down passes the beginning.
// expect: heap-out-of-bounds
// args: 3
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) void copy(int *to, const int *from, long last, long past) {
    for (long i = last; i >= -past; i--) to[i] = from[i] + 1; // BAD
}

int main(int argc, char **argv) {
    int *a = calloc(50, sizeof *a), *b = calloc(100, sizeof *b);
    puts("before");
    copy(a, b + 50, 49, argc > 1 ? atoi(argv[1]) : 0);
    printf("after %d\n", a[0]);
    free(a), free(b);
    return 0;
}
