// A variable length array is read past its end.
// expect: stack-out-of-bounds
// args: 10
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) int get(const int *p, int i) {
    return p[i]; // BAD
}

int main(int argc, char **argv) {
    (void)argc;
    int n = atoi(argv[1]);
    int a[n];
    for (int i = 0; i < n; i++) a[i] = i;
    puts("before");
    printf("after %d\n", get(a, n));
    return 0;
}
