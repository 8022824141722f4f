// The bound is tested before the element in one condition, so that the one past the end is never read.
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) size_t run(const int *a, size_t n, size_t i) { size_t k = i; while (k < n && a[k] == a[i]) k++; return k - i; }

int main(void) {
    static const int v[] = {1, 1, 2, 3, 3, 3};
    int *a = malloc(sizeof v);
    for (size_t i = 0; i < 6; i++) a[i] = v[i];
    for (size_t i = 0; i < 6; i += run(a, 6, i)) printf("%zu of %d, ", run(a, 6, i), a[i]);
    putchar('\n');
    free(a);
    return 0;
}
