// The vector triad over arrays from malloc: c[i] = a[i] + b[i] * k.
#include <stdio.h>
#include <stdlib.h>

enum { N = 20000 };

static __attribute__((noinline)) void triad(double *c, const double *a, const double *b, double k, int n) {
    for (int i = 0; i < n; i++) c[i] = a[i] + b[i] * k;
}

int main(int argc, char **argv) {
    int units = argc > 1 ? atoi(argv[1]) : 1;
    double *a = malloc(N * sizeof *a), *b = malloc(N * sizeof *b), *c = malloc(N * sizeof *c), sum = 0;
    for (int i = 0; i < N; i++) a[i] = i % 13, b[i] = i % 7, c[i] = 0;
    for (int round = 0; round < units * 1200; round++) {
        triad(c, a, b, round % 3, N);
        sum += c[round % N];
    }
    printf("%.1f\n", sum);
    free(a), free(b), free(c);
    return 0;
}
