// fgets is told a size that its buffer does not have.
// expect: heap-out-of-bounds
// args: 64
// stdin: a line of more than eight bytes\n
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static __attribute__((noinline)) void line(char *to, int n) {
    if (!fgets(to, n, stdin)) abort(); // BAD
}

int main(int argc, char **argv) {
    (void)argc;
    char *small = malloc(8), *large = malloc(64);
    memset(small, 's', 8);
    memset(large, 'l', 63);
    large[63] = 0;
    puts("before");
    line(small, atoi(argv[1]));
    printf("after %.3s%.3s\n", small, large);
    free(small);
    free(large);
    return 0;
}
