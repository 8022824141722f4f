// Spectral norm of an infinite matrix: divisions, products of vectors.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { N = 300 };
static double u[N], v[N], w[N];

static double element(int i, int j) { return 1.0 / ((i + j) * (i + j + 1) / 2 + i + 1); }

static void times(const double *in, double *out, int transposed) {
    for (int i = 0; i < N; i++) {
        double s = 0;
        for (int j = 0; j < N; j++) s += (transposed ? element(j, i) : element(i, j)) * in[j];
        out[i] = s;
    }
}

int main(int argc, char **argv) {
    int units = argc > 1 ? atoi(argv[1]) : 1;
    for (int i = 0; i < N; i++) u[i] = 1;
    for (int k = 0; k < units * 24; k++) {
        times(u, w, 0), times(w, v, 1);
        double norm = 0;
        for (int i = 0; i < N; i++) norm += v[i] * v[i];
        norm = sqrt(norm);
        for (int i = 0; i < N; i++) u[i] = v[i] / norm;
    }
    times(u, w, 0), times(w, v, 1);
    double uv = 0, uu = 0;
    for (int i = 0; i < N; i++) uv += u[i] * v[i], uu += u[i] * u[i];
    printf("%.9f\n", sqrt(uv / uu));
    return 0;
}
