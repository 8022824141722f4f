// sscanf stores a word that is longer than its target.
// expect: heap-out-of-bounds
// args: much-too-long
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static __attribute__((noinline)) int scan(const char *from, char *to) {
    return sscanf(from, "%s", to); // BAD
}

int main(int argc, char **argv) {
    (void)argc;
    char *small = malloc(8), *large = malloc(64);
    memset(small, 's', 8);
    memset(large, 'l', 63);
    large[63] = 0;
    puts("before");
    printf("after %d\n", scan(argv[1], small));
    printf("after %.3s%.3s\n", small, large);
    free(small);
    free(large);
    return 0;
}
