// An index of one byte wraps at 256, but the table has 255 entries.
// expect: global-out-of-bounds
// args: 1
#include <stdio.h>
#include <stdlib.h>

static int table[255];

static __attribute__((noinline)) int sum(unsigned char from, int n) {
    int s = 0;
    unsigned char i = from;
    for (int k = 0; k < n; k++) s += table[i++]; // BAD
    return s;
}

int main(int argc, char **argv) {
    table[3] = argc;
    puts("before");
    printf("after %d\n", sum((unsigned char)(argc > 1 ? atoi(argv[1]) : 0), 300));
    return 0;
}
