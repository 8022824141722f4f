// strcpy writes one byte past its target: the terminating zero.
// expect: heap-out-of-bounds
// args: 12345678
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static __attribute__((noinline)) void copy(char *to, const char *from) {
    strcpy(to, from); // BAD
}

int main(int argc, char **argv) {
    (void)argc;
    char *small = malloc(8), *large = malloc(64);
    memset(small, 's', 8);
    memset(large, 'l', 63);
    large[63] = 0;
    puts("before");
    copy(small, argv[1]);
    printf("after %.3s%.3s\n", small, large);
    free(small);
    free(large);
    return 0;
}
