// A random integer is read as a pointer.
// expect: wild-pointer
// args: 0x5a5a123456789abc
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) int get(const int *p) {
    return *p; // BAD
}

int main(int argc, char **argv) {
    (void)argc;
    int *p = (int *)(uintptr_t)strtoull(argv[1], NULL, 0);
    puts("before");
    printf("after %d\n", get(p));
    return 0;
}
