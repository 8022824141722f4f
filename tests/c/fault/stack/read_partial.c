// A local array is read by four bytes of which the last two lie past its end.
// expect: stack-out-of-bounds
// args: 6
#include <stdio.h>
#include <stdlib.h>

typedef int __attribute__((aligned(1))) word;
static __attribute__((noinline)) int get(const char *p, long i) {
    return *(const word *)(p + i); // BAD
}

int main(int argc, char **argv) {
    (void)argc;
    char a[8];
    for (int i = 0; i < 8; i++) a[i] = (char)i;
    puts("before");
    printf("after %d\n", get(a, atol(argv[1])));
    return 0;
}
