// strtol stores its end pointer into a constant.
// expect: write-to-constant
// args: 12x
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *const volatile_nowhere[1] = {NULL};
#define nowhere (*(char *const volatile *)volatile_nowhere)

static __attribute__((noinline)) long number(const char *from, char **end) {
    return strtol(from, end, 10); // BAD
}

int main(int argc, char **argv) {
    (void)argc;
    char *small = malloc(8), *large = malloc(64);
    memset(small, 's', 8);
    memset(large, 'l', 63);
    large[63] = 0;
    puts("before");
    printf("after %ld %d\n", number(argv[1], (char **)&nowhere), nowhere != NULL);
    printf("after %.3s%.3s\n", small, large);
    free(small);
    free(large);
    return 0;
}
