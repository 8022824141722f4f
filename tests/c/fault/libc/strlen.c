// strlen meets an array without a terminating zero.
// expect: heap-out-of-bounds
// args: x
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static __attribute__((noinline)) size_t length(const char *s) {
    return strlen(s); // BAD
}

int main(int argc, char **argv) {
    (void)argc;
    char *small = malloc(8), *large = malloc(64);
    memset(small, 's', 8);
    memset(large, 'l', 63);
    large[63] = 0;
    puts("before");
    printf("after %zu\n", length(small));
    printf("after %.3s%.3s\n", small, large);
    free(small);
    free(large);
    return 0;
}
