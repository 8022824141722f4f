// Product of two matrices that are arrays of pointers to rows.
#include <stdio.h>
#include <stdlib.h>

enum { N = 100 };

static double **make(int by) {
    double **m = malloc(N * sizeof *m);
    for (int i = 0; i < N; i++) {
        m[i] = malloc(N * sizeof **m);
        for (int j = 0; j < N; j++) m[i][j] = (i * N + j) % by - by / 2;
    }
    return m;
}

static void drop(double **m) {
    for (int i = 0; i < N; i++) free(m[i]);
    free(m);
}

int main(int argc, char **argv) {
    int units = argc > 1 ? atoi(argv[1]) : 1;
    double **a = make(7), **b = make(5), **c = make(3), sum = 0;
    for (int round = 0; round < units * 7; round++) {
        for (int i = 0; i < N; i++) {
            for (int j = 0; j < N; j++) {
                double s = 0;
                for (int k = 0; k < N; k++) s += a[i][k] * b[k][j];
                c[i][j] = s;
            }
        }
        a[round % N][0] += 1;
        sum += c[round % N][3] + c[N - 1][N - 1];
    }
    printf("%.1f\n", sum);
    drop(a), drop(b), drop(c);
    return 0;
}
