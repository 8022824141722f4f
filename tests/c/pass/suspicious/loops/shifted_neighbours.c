// Each element is computed from its neighbours; the ends, which have none, are handled apart.
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) void smooth(double *to, const double *from, int n) {
    to[0] = from[0];
    to[n - 1] = from[n - 1];
    for (int i = 1; i < n - 1; i++) to[i] = (from[i - 1] + 2 * from[i] + from[i + 1]) / 4;
}

int main(void) {
    for (int n = 1; n < 24; n += 5) {
        double *a = malloc((size_t)n * sizeof *a), *b = malloc((size_t)n * sizeof *b);
        for (int i = 0; i < n; i++) a[i] = i * i;
        smooth(b, a, n);
        printf("%g %g\n", b[n / 2], b[n - 1]);
        free(a);
        free(b);
    }
    return 0;
}
