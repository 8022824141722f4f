// One row of a matrix over row pointers is shorter than the others; the inner loop runs past it.
// expect: heap-out-of-bounds
// args: 37
#include <stdio.h>
#include <stdlib.h>

enum { N = 60 };

static __attribute__((noinline)) double trace(double **a, double **b) {
    double sum = 0;
    for (int i = 0; i < N; i++)
        for (int k = 0; k < N; k++) sum += a[i][k] * b[k][i]; // BAD
    return sum;
}

int main(int argc, char **argv) {
    double *a[N], *b[N];
    int bad = argc > 1 ? atoi(argv[1]) : -1;
    for (int i = 0; i < N; i++) a[i] = calloc(N, sizeof **a), b[i] = calloc(N - (i == bad), sizeof **b);
    puts("before");
    printf("after %f\n", trace(a, b));
    for (int i = 0; i < N; i++) free(a[i]), free(b[i]);
    return 0;
}
