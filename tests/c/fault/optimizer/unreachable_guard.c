// `__builtin_unreachable` behind a test promises that an index is in bounds; the promise is broken.
// expect: unreachable | heap-out-of-bounds
// args: 12
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) int get(const int *a, unsigned i) {
    if (i >= 10) __builtin_unreachable(); // BAD
    return a[i]; // BAD
}

int main(int argc, char **argv) {
    int *a = calloc(10, sizeof *a);
    puts("before");
    printf("after %d\n", get(a, argc > 1 ? (unsigned)atoi(argv[1]) : 0));
    free(a);
    return 0;
}
