// The comparison of a binary search is handed an element past the end.
// expect: heap-out-of-bounds
// args: 12
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int order(const void *key, const void *element) {
    return *(const int *)key - *(const char *)element; // BAD
}

static __attribute__((noinline)) const char *find(const char *a, size_t n, int c) {
    return bsearch(&c, a, n, 1, order); // BAD
}

int main(int argc, char **argv) {
    (void)argc;
    char *small = malloc(8), *large = malloc(64);
    memset(small, 's', 8);
    memset(large, 'l', 63);
    large[63] = 0;
    puts("before");
    printf("after %d\n", find(small, (size_t)atol(argv[1]), 116) != NULL);
    printf("after %.3s%.3s\n", small, large);
    free(small);
    free(large);
    return 0;
}
