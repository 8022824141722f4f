// time() stores its result past the end of an object.
// expect: heap-out-of-bounds
// args: x
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static __attribute__((noinline)) long now(char *to) {
    return (long)time((time_t *)to); // BAD
}

int main(int argc, char **argv) {
    (void)argc;
    char *small = malloc(8), *large = malloc(64);
    memset(small, 's', 8);
    memset(large, 'l', 63);
    large[63] = 0;
    puts("before");
    printf("after %d\n", now(small + 4) > 0);
    printf("after %.3s%.3s\n", small, large);
    free(small);
    free(large);
    return 0;
}
