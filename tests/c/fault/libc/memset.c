// memset writes past its target.
// expect: heap-out-of-bounds
// args: 65
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static __attribute__((noinline)) void fill(char *to, int c, size_t n) {
    memset(to, c, n); // BAD
}

int main(int argc, char **argv) {
    (void)argc;
    char *small = malloc(8), *large = malloc(64);
    memset(small, 's', 8);
    memset(large, 'l', 63);
    large[63] = 0;
    puts("before");
    fill(large, 7, (size_t)atol(argv[1]));
    printf("after %.3s%.3s\n", small, large);
    free(small);
    free(large);
    return 0;
}
