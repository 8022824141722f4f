// A pointer is squeezed through a 32-bit integer.
// expect: wild-pointer
// args: 1
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) int get(const int *p) {
    return *p; // BAD
}

int main(int argc, char **argv) {
    (void)argc;
    int *p = malloc(16 * sizeof *p);
    p[0] = 1;
    volatile unsigned low = (unsigned)(uintptr_t)p;
    puts("before");
    printf("after %d\n", get((int *)(uintptr_t)low));
    free(p);
    return 0;
}
