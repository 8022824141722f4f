// The integer -1, as of a failed call, is used as a pointer.
// expect: wild-pointer
// args: 0xffffffffffffffff
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) int get(const char *p) {
    return *p; // BAD
}

int main(int argc, char **argv) {
    (void)argc;
    char *p = (char *)(uintptr_t)strtoull(argv[1], NULL, 0);
    puts("before");
    printf("after %d\n", get(p));
    return 0;
}
