// The remainder of the smallest integer and -1 is taken.
// expect: division-overflow
#include <stdio.h>
#include <stdlib.h>

#include <limits.h>

static __attribute__((noinline)) long call(long a, long b) {
    return a % b; // BAD
}

int main(int argc, char **argv) {
    (void)argv;
    puts("before");
    printf("after %ld\n", call(LONG_MIN + argc - 1, -argc));
    return 0;
}
