// A loop of some hundred thousand rounds, all but the last of them in bounds.
// expect: heap-out-of-bounds
// args: 200001
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) void triad(double *c, const double *a, const double *b, double k, int n) {
    for (int i = 0; i < n; i++) c[i] = a[i] + b[i] * k; // BAD
}

int main(int argc, char **argv) {
    int n = 200000;
    double *a = calloc((size_t)n + 1, sizeof *a), *b = calloc((size_t)n + 1, sizeof *b), *c = calloc((size_t)n, sizeof *c);
    puts("before");
    triad(c, a, b, 3, argc > 1 ? atoi(argv[1]) : n);
    printf("after %f\n", c[n - 1]);
    free(a), free(b), free(c);
    return 0;
}
