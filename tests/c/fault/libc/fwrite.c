// fwrite writes more items than its buffer holds.
// expect: heap-out-of-bounds
// args: 3
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static __attribute__((noinline)) size_t items(const char *from, size_t n) {
    return fwrite(from, 4, n, stderr); // BAD
}

int main(int argc, char **argv) {
    (void)argc;
    char *small = malloc(8), *large = malloc(64);
    memset(small, 's', 8);
    memset(large, 'l', 63);
    large[63] = 0;
    puts("before");
    printf("after %zu\n", items(small, (size_t)atol(argv[1])));
    printf("after %.3s%.3s\n", small, large);
    free(small);
    free(large);
    return 0;
}
