// An infinite loop over memory ends where the memory ends.
// expect: heap-out-of-bounds
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) size_t count(const volatile char *p) {
    size_t n = 0;
    while (p[n]) n++; // BAD
    return n;
}

int main(int argc, char **argv) {
    (void)argv;
    char *p = malloc(100);
    for (int i = 0; i < 100; i++) p[i] = (char)argc;
    puts("before");
    printf("after %zu\n", count(p));
    free(p);
    return 0;
}
