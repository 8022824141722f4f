// sprintf writes past its target.
// expect: heap-out-of-bounds
// args: longword
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static __attribute__((noinline)) void print(char *to, const char *word, int n) {
    sprintf(to, "%s=%d", word, n); // BAD
}

int main(int argc, char **argv) {
    (void)argc;
    char *small = malloc(8), *large = malloc(64);
    memset(small, 's', 8);
    memset(large, 'l', 63);
    large[63] = 0;
    puts("before");
    print(small, argv[1], argc);
    printf("after %.3s%.3s\n", small, large);
    free(small);
    free(large);
    return 0;
}
