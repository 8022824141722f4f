// The rest of a division is promised to lie in a range in which the index is in bounds; it does not.
// expect: global-out-of-bounds
// args: 9
#include <stdio.h>
#include <stdlib.h>

static int table[8];

static __attribute__((noinline)) int get(unsigned i) {
    __builtin_assume(i < 8);
    return table[i]; // BAD
}

int main(int argc, char **argv) {
    unsigned i = argc > 1 ? (unsigned)atoi(argv[1]) : 0;
    table[i & 7] = 1;
    puts("before");
    printf("after %d\n", get(i));
    return 0;
}
