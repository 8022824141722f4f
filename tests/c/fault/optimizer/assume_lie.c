// An index is assumed to be in bounds, and is not.
// expect: stack-out-of-bounds
// args: 10
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static __attribute__((noinline)) void fill(char *a, int n) { memset(a, n, 10); }

static __attribute__((noinline)) int get(int i) {
    char a[10];
    fill(a, i);
    __builtin_assume(i >= 0 && i < 10);
    return a[i]; // BAD
}

int main(int argc, char **argv) {
    int i = argc > 1 ? atoi(argv[1]) : 0;
    puts("before");
    printf("after %d\n", get(i));
    return 0;
}
