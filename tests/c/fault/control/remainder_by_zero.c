// A remainder by zero is taken, unsigned and 64 bits wide.
// expect: division-by-zero
#include <stdio.h>
#include <stdlib.h>


static __attribute__((noinline)) unsigned long call(unsigned long a, unsigned long b) {
    return a % b; // BAD
}

int main(int argc, char **argv) {
    (void)argv;
    puts("before");
    printf("after %lu\n", call((unsigned long)argc + 5, (unsigned long)argc - 1));
    return 0;
}
