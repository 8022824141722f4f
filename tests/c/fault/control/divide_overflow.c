// The smallest integer is divided by -1.
// expect: division-overflow
#include <stdio.h>
#include <stdlib.h>

#include <limits.h>

static __attribute__((noinline)) int call(int a, int b) {
    return a / b; // BAD
}

int main(int argc, char **argv) {
    (void)argv;
    puts("before");
    printf("after %d\n", call(INT_MIN + argc - 1, -argc));
    return 0;
}
