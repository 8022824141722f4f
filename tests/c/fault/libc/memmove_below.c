// memmove reads before the start of its source.
// expect: heap-out-of-bounds
// args: 8
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static __attribute__((noinline)) void move(char *to, const char *from, size_t n) {
    memmove(to, from, n); // BAD
}

int main(int argc, char **argv) {
    (void)argc;
    char *small = malloc(8), *large = malloc(64);
    memset(small, 's', 8);
    memset(large, 'l', 63);
    large[63] = 0;
    puts("before");
    move(large, small - 1, (size_t)atol(argv[1]));
    printf("after %.3s%.3s\n", small, large);
    free(small);
    free(large);
    return 0;
}
