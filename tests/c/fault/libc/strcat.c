// strcat runs over its target.
// expect: heap-out-of-bounds
// args: 5678
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static __attribute__((noinline)) void append(char *to, const char *more) {
    strcat(to, more); // BAD
}

int main(int argc, char **argv) {
    (void)argc;
    char *small = malloc(8), *large = malloc(64);
    memset(small, 's', 8);
    memset(large, 'l', 63);
    large[63] = 0;
    puts("before");
    strcpy(small, "1234");
    append(small, argv[1]);
    printf("after %.3s%.3s\n", small, large);
    free(small);
    free(large);
    return 0;
}
