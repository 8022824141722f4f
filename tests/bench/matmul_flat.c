// Product of two matrices that lie flat in memory.
#include <stdio.h>
#include <stdlib.h>

enum { N = 100 };

int main(int argc, char **argv) {
    int units = argc > 1 ? atoi(argv[1]) : 1;
    double *a = malloc(N * N * sizeof *a), *b = malloc(N * N * sizeof *b), *c = malloc(N * N * sizeof *c), sum = 0;
    for (int i = 0; i < N * N; i++) a[i] = i % 7 - 2, b[i] = i % 5 - 1;
    for (int round = 0; round < units * 7; round++) {
        for (int i = 0; i < N; i++) {
            for (int j = 0; j < N; j++) {
                double s = 0;
                for (int k = 0; k < N; k++) s += a[i * N + k] * b[k * N + j];
                c[i * N + j] = s;
            }
        }
        a[round % (N * N)] += 1;
        sum += c[round % (N * N)] + c[N * N - 1];
    }
    printf("%.1f\n", sum);
    free(a), free(b), free(c);
    return 0;
}
