// One element more than the data is allocated, so that a search may run without a bound.
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) long find(int *a, long n, int x) {
    int *p = a;
    a[n] = x;
    while (*p != x) p++;
    return p - a < n ? p - a : -1;
}

int main(void) {
    long n = 100;
    int *a = malloc((size_t)(n + 1) * sizeof *a);
    for (long i = 0; i < n; i++) a[i] = (int)(i * 7919 % 1000);
    printf("%ld %ld %ld\n", find(a, n, 0), find(a, n, (int)(99 * 7919 % 1000)), find(a, n, -5));
    free(a);
    return 0;
}
