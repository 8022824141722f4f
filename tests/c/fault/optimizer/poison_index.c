// An index is computed by additions that overflow (poison where they may not); it is used all the same.
// expect: heap-out-of-bounds
// args: 2147483600
// hide: long-numbers
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) int get(const int *a, int i) {
    int k = i + 100;       // overflows
    if (k > i) return a[k]; // BAD
    return a[(long)k];      // BAD
}

int main(int argc, char **argv) {
    int *a = calloc(100, sizeof *a);
    puts("before");
    printf("after %d\n", get(a, argc > 1 ? atoi(argv[1]) : 0));
    free(a);
    return 0;
}
