// qsort is told more elements than the array has; the comparison does not look at them.
// expect: heap-out-of-bounds
// args: 9
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int order(const void *a, const void *b) {
    static unsigned calls;
    (void)a;
    (void)b;
    return ++calls % 3 ? 1 : -1;
}

static __attribute__((noinline)) void sort(char *a, size_t n) {
    qsort(a, n, 1, order); // BAD
}

int main(int argc, char **argv) {
    (void)argc;
    char *small = malloc(8), *large = malloc(64);
    memset(small, 's', 8);
    memset(large, 'l', 63);
    large[63] = 0;
    puts("before");
    sort(small, (size_t)atol(argv[1]));
    printf("after %.3s%.3s\n", small, large);
    free(small);
    free(large);
    return 0;
}
