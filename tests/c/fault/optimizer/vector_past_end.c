// A vector load that is promised to be aligned, is not, and covers the object's end.
// expect: heap-out-of-bounds
// args: 89
#include <stdio.h>
#include <stdlib.h>

typedef int v4 __attribute__((vector_size(16)));

static v4 square;

static __attribute__((noinline)) void get(const char *a, int at) {
    v4 v = *(const v4 *)(a + at); // BAD
    square = v * v;
}

int main(int argc, char **argv) {
    char *a = calloc(100, 1);
    puts("before");
    get(a, argc > 1 ? atoi(argv[1]) : 0);
    printf("after %d\n", square[argc]);
    free(a);
    return 0;
}
