// A parameter is promised to have a hundred elements (dereferenceable(400)), and has ten.
// expect: heap-out-of-bounds
// args: 50
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) int get(const int a[static 100], int i, int n) {
    int sum = 0;
    for (int k = 0; k < n; k++) sum += a[i + k]; // BAD
    return sum;
}

int main(int argc, char **argv) {
    int *a = calloc(10, sizeof *a), i = argc > 1 ? atoi(argv[1]) : 0;
    puts("before");
    printf("after %d\n", get(a, i, i));
    free(a);
    return 0;
}
