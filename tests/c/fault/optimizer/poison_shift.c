// A shift by more than the width is poison; masked, it is an index past the end.
// expect: heap-out-of-bounds
// args: 39
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) int get(const int *a, int by) {
    return a[1 << by]; // BAD
}

int main(int argc, char **argv) {
    int *a = calloc(100, sizeof *a);
    puts("before");
    printf("after %d\n", get(a, argc > 1 ? atoi(argv[1]) : 0)); // 1 << (39 & 31) is 128
    free(a);
    return 0;
}
