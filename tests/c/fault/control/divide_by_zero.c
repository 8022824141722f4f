// An integer is divided by zero.
// expect: division-by-zero
#include <stdio.h>
#include <stdlib.h>


static __attribute__((noinline)) int call(int a, int b) {
    return a / b; // BAD
}

int main(int argc, char **argv) {
    (void)argv;
    puts("before");
    printf("after %d\n", call(argc + 5, argc - 1));
    return 0;
}
