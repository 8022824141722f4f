// Arrays counted from one, as in translated Fortran: element 0 is room that is there but never named.
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) void sift(int *a, int i, int n) {
    for (int c; (c = 2 * i) <= n; i = c) {
        if (c < n && a[c + 1] > a[c]) c++;
        if (a[i] >= a[c]) return;
        int t = a[i]; a[i] = a[c]; a[c] = t;
    }
}

int main(void) {
    int n = 31, *a = malloc((size_t)(n + 1) * sizeof *a);
    for (int i = 1; i <= n; i++) a[i] = i * 37 % 101;
    for (int i = n / 2; i >= 1; i--) sift(a, i, n);
    for (int m = n; m > 1; m--) { int t = a[1]; a[1] = a[m]; a[m] = t; sift(a, 1, m - 1); }
    for (int i = 1; i <= n; i++) printf("%d%c", a[i], i < n ? ' ' : '\n');
    free(a);
    return 0;
}
