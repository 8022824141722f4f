// memcmp needs bytes past the end of one side.
// expect: heap-out-of-bounds
// args: 20
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static __attribute__((noinline)) int compare(const char *a, const char *b, size_t n) {
    return memcmp(a, b, n); // BAD
}

int main(int argc, char **argv) {
    (void)argc;
    char *small = malloc(8), *large = malloc(64);
    memset(small, 's', 8);
    memset(large, 'l', 63);
    large[63] = 0;
    puts("before");
    memset(large, 's', 63);
    printf("after %d\n", compare(small, large, (size_t)atol(argv[1])));
    printf("after %.3s%.3s\n", small, large);
    free(small);
    free(large);
    return 0;
}
