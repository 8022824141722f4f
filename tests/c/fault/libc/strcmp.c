// strcmp meets two equal arrays without a terminating zero.
// expect: heap-out-of-bounds
// args: ssssssssssss
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static __attribute__((noinline)) int compare(const char *a, const char *b) {
    return strcmp(a, b); // BAD
}

int main(int argc, char **argv) {
    (void)argc;
    char *small = malloc(8), *large = malloc(64);
    memset(small, 's', 8);
    memset(large, 'l', 63);
    large[63] = 0;
    puts("before");
    printf("after %d\n", compare(small, argv[1]));
    printf("after %.3s%.3s\n", small, large);
    free(small);
    free(large);
    return 0;
}
