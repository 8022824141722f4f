// A local array is read at a constant index that lies outside; the compiler can see it.
// expect: stack-out-of-bounds
// levels: O0; from -O1 on clang replaces the access by any value
#include <stdio.h>

int main(int argc, char **argv) {
    (void)argv;
    volatile int a[10];
    for (int i = 0; i < 10; i++) a[i] = i + argc;
    puts("before");
    int v = a[10]; // BAD
    printf("after %d\n", v);
    return 0;
}
