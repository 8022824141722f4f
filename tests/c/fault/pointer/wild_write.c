// A random integer is written through as a pointer.
// expect: wild-pointer
// args: 0x3fa9c0de77665544
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) void set(int *p) {
    *p = 5; // BAD
}

int main(int argc, char **argv) {
    (void)argc;
    int *p = (int *)(uintptr_t)strtoull(argv[1], NULL, 0);
    puts("before");
    set(p);
    puts("after");
    return 0;
}
