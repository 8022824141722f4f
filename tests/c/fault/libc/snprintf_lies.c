// snprintf is told a size that its target does not have.
// expect: heap-out-of-bounds
// args: longword
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static __attribute__((noinline)) void print(char *to, size_t n, const char *word) {
    snprintf(to, n, "%s=%d", word, 1); // BAD
}

int main(int argc, char **argv) {
    (void)argc;
    char *small = malloc(8), *large = malloc(64);
    memset(small, 's', 8);
    memset(large, 'l', 63);
    large[63] = 0;
    puts("before");
    print(small, strlen(argv[1]) + 8, argv[1]);
    printf("after %.3s%.3s\n", small, large);
    free(small);
    free(large);
    return 0;
}
