// A store in a loop reaches a constant: reads of it are fine, and the range of the loop is in bounds.
// expect: write-to-constant
#include <stdio.h>
#include <stdlib.h>

static const int table[64] = {1, 2, 3};

static __attribute__((noinline)) int shift(int *a, int n) {
    int last = a[n - 1];
    for (int i = n - 1; i > 0; i--) a[i] = a[i - 1] + 1; // BAD
    return last;
}

int main(int argc, char **argv) {
    (void)argv;
    const int *volatile p = table;
    puts("before");
    printf("after %d\n", shift((int *)p, 63 + argc));
    return 0;
}
