// An integer is forged to point into the middle of a live object, past its header.
// expect: wild-pointer
// args: 33
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) int get(const int *p) {
    return *p; // BAD
}

int main(int argc, char **argv) {
    (void)argc;
    int *p = malloc(100000 * sizeof *p);
    p[0] = 1;
    uintptr_t middle = (uintptr_t)p + ((uintptr_t)atol(argv[1]) << 32);
    puts("before");
    printf("after %d\n", get((int *)middle));
    free(p);
    return 0;
}
