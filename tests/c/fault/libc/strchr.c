// strchr looks past the end for what is not there.
// expect: heap-out-of-bounds
// args: z
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static __attribute__((noinline)) const char *find(const char *s, int c) {
    return strchr(s, c); // BAD
}

int main(int argc, char **argv) {
    (void)argc;
    char *small = malloc(8), *large = malloc(64);
    memset(small, 's', 8);
    memset(large, 'l', 63);
    large[63] = 0;
    puts("before");
    printf("after %d\n", find(small, argv[1][0]) != NULL);
    printf("after %.3s%.3s\n", small, large);
    free(small);
    free(large);
    return 0;
}
