// strdup copies from an array without a terminating zero.
// expect: heap-out-of-bounds
// args: x
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static __attribute__((noinline)) char *copy(const char *from) {
    return strdup(from); // BAD
}

int main(int argc, char **argv) {
    (void)argc;
    char *small = malloc(8), *large = malloc(64);
    memset(small, 's', 8);
    memset(large, 'l', 63);
    large[63] = 0;
    puts("before");
    printf("after %d\n", copy(small) != NULL);
    printf("after %.3s%.3s\n", small, large);
    free(small);
    free(large);
    return 0;
}
