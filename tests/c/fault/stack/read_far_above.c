// A local array is read some elements past its end, beyond any red zone.
// expect: stack-out-of-bounds
// args: 5000
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) int get(const int *p, long i) {
    return p[i]; // BAD
}

int main(int argc, char **argv) {
    (void)argc;
    int a[8];
    for (int i = 0; i < 8; i++) a[i] = (int)i;
    puts("before");
    printf("after %d\n", get(a, atol(argv[1])));
    return 0;
}
