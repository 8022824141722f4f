// write() is told a size that its buffer does not have.
// expect: heap-out-of-bounds
// args: 20
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static __attribute__((noinline)) long bytes(const char *from, size_t n) {
    return write(2, from, n); // BAD
}

int main(int argc, char **argv) {
    (void)argc;
    char *small = malloc(8), *large = malloc(64);
    memset(small, 's', 8);
    memset(large, 'l', 63);
    large[63] = 0;
    puts("before");
    printf("after %ld\n", bytes(small, (size_t)atol(argv[1])));
    printf("after %.3s%.3s\n", small, large);
    free(small);
    free(large);
    return 0;
}
