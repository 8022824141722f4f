// Pairs are read with a stride; at -O2 whole vectors of pairs, whose last half must not pass the end.
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) int evens(const int *a, int n) {
    int s = 0;
    for (int i = 0; i < n; i += 2) s += a[i];
    return s;
}

int main(void) {
    for (int n = 1; n < 60; n += 4) {
        int *a = malloc((size_t)n * sizeof *a);
        for (int i = 0; i < n; i++) a[i] = i * i + 1;
        printf("%d ", evens(a, n));
        free(a);
    }
    putchar('\n');
    return 0;
}
