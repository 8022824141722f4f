// A small integer is used as a pointer.
// expect: null-pointer
// args: 0x40
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
