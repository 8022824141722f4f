// A local array is indexed out of bounds where it is declared: no pointer is passed anywhere.
// expect: stack-out-of-bounds
// args: 10
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
    volatile int a[10];
    for (int i = 0; i < 10; i++) a[i] = i + argc;
    puts("before");
    int v = a[atoi(argv[1])]; // BAD
    printf("after %d\n", v);
    return 0;
}
