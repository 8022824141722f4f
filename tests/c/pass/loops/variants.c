// Counted loops in the forms that a compiler may check once before the loop: all in bounds, some only just.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N = 1000 };

static __attribute__((noinline)) long stride_two(const int *a, int n) {
    long s = 0;
    for (int i = 0; i < n; i += 2) s += a[i];
    return s;
}

static __attribute__((noinline)) long stride_three_from_one(const short *a, long n) {
    long s = 0;
    for (long i = 1; i < n; i += 3) s += a[i];
    return s;
}

static __attribute__((noinline)) void downwards(int *to, const int *from, int n) {
    for (int i = n - 1; i >= 0; i--) to[i] = from[i] * 3;
}

static __attribute__((noinline)) void reverse(int *to, const int *from, int n) {
    for (int i = 0; i < n; i++) to[i] = from[n - 1 - i];
}

static __attribute__((noinline)) unsigned unsigned_index(const unsigned *a, unsigned from, unsigned n) {
    unsigned s = 0;
    for (unsigned i = from; i != n; i++) s += a[i];
    return s;
}

static __attribute__((noinline)) int byte_index(const int *table, unsigned char from, int n) {
    int s = 0;
    unsigned char i = from;
    for (int k = 0; k < n; k++) s = s * 3 + table[i++]; // wraps at 256
    return s;
}

static __attribute__((noinline)) int short_index(const int *table, int n) {
    int s = 0;
    for (unsigned short i = 65000; n-- > 0; i += 7) s = s * 3 + table[i % 100];
    return s;
}

static __attribute__((noinline)) long two_limits(const long *a, int n, int m) {
    long s = 0;
    for (int i = 0; i < n && i < m; i++) s += a[i];
    return s;
}

static __attribute__((noinline)) long until_found(const long *a, int n, long what) {
    int i = 0;
    while (i < n && a[i] != what) i++;
    return i;
}

static __attribute__((noinline)) void pointers(double *c, const double *a, const double *end, double k) {
    while (a != end) *c++ = *a++ * k;
}

static __attribute__((noinline)) void triad(double *c, const double *a, const double *b, double k, int n) {
    for (int i = 0; i < n; i++) c[i] = a[i] + b[i] * k;
}

static __attribute__((noinline)) void stencil(float *to, const float *from, int n) {
    for (int i = 1; i < n - 1; i++) to[i] = (from[i - 1] + from[i] + from[i + 1]) / 3;
}

struct point {
    int x;
    double y;
    char tag;
};

static __attribute__((noinline)) double members(const struct point *p, int n) {
    double s = 0;
    for (int i = 0; i < n; i++) s += p[i].x * p[i].y + p[i].tag;
    return s;
}

static __attribute__((noinline)) void overlapping(int *a, int n) {
    for (int i = 1; i < n; i++) a[i] = a[i - 1] + i;
}

static __attribute__((noinline)) long never_runs(const int *a, int n) {
    long s = 0;
    for (int i = 0; i < n; i++) s += a[i * 1000000];
    return s;
}

static __attribute__((noinline)) long triangle(int (*m)[20], int n) {
    long s = 0;
    for (int i = 0; i < n; i++)
        for (int j = i; j < n; j++) s += m[i][j] * (i + 1) - m[j][i];
    return s;
}

int main(int argc, char **argv) {
    (void)argv;
    int n = N - 1 + argc, *a = malloc(N * sizeof *a), *b = malloc(N * sizeof *b);
    for (int i = 0; i < N; i++) a[i] = i * i % 101 - 50;
    printf("%ld %ld\n", stride_two(a, n), stride_two(a, n - 1));
    short *h = malloc(N * sizeof *h);
    for (int i = 0; i < N; i++) h[i] = (short)(i * 37);
    printf("%ld\n", stride_three_from_one(h, n));
    downwards(b, a, n);
    printf("%d %d\n", b[0], b[N - 1]);
    reverse(b, a, n);
    printf("%d %d\n", b[0], b[N - 1]);
    printf("%u %u\n", unsigned_index((unsigned *)a, 3, (unsigned)n), unsigned_index((unsigned *)a, (unsigned)n, (unsigned)n));
    int table[256];
    for (int i = 0; i < 256; i++) table[i] = i ^ 90;
    printf("%d %d\n", byte_index(table, 250, 600), short_index(table, 500));
    long *l = malloc(N * sizeof *l);
    for (int i = 0; i < N; i++) l[i] = i * 7L;
    printf("%ld %ld\n", two_limits(l, n, 2 * n), two_limits(l, 3 * n, n));
    printf("%ld %ld\n", until_found(l, 1 << 30, 7L * (N - 1)), until_found(l, n, -1));
    double *x = malloc(N * sizeof *x), *y = malloc(N * sizeof *y), *z = malloc(N * sizeof *z);
    for (int i = 0; i < N; i++) x[i] = i % 13, y[i] = i % 7;
    triad(z, x, y, 2.5, n);
    pointers(x, z, z + n, 0.5);
    printf("%f %f\n", z[N - 1], x[N - 1]);
    float *f = calloc(N, sizeof *f), *g = calloc(N, sizeof *g);
    for (int i = 0; i < N; i++) f[i] = (float)(i % 17);
    stencil(g, f, n);
    printf("%f %f %f\n", g[0], g[1], g[N - 2]);
    struct point *p = calloc(N, sizeof *p);
    for (int i = 0; i < N; i++) p[i] = (struct point){i, i / 2.0, (char)(i % 100)};
    printf("%f\n", members(p, n));
    overlapping(a, n);
    printf("%d %ld %ld\n", a[N - 1], never_runs(a, 0), never_runs(a, -5));
    int (*m)[20] = malloc(20 * sizeof *m);
    for (int i = 0; i < 400; i++) m[i / 20][i % 20] = i % 23;
    printf("%ld\n", triangle(m, 20));
    free(a), free(b), free(h), free(l), free(x), free(y), free(z), free(f), free(g), free(p), free(m);
    return 0;
}
