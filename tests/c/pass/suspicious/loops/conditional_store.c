// Stores under a condition, which -O2 makes masked: elements that are not named stay, the last ones included.
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) void clamp(int *a, const int *limit, int n) {
    for (int i = 0; i < n; i++) if (limit[i] > 0) a[i] = limit[i];
}

int main(void) {
    unsigned s = 0;
    for (int n = 0; n < 37; n += 3) {
        int *a = calloc((size_t)n + 1, sizeof *a), *l = malloc(((size_t)n + 1) * sizeof *l);
        for (int i = 0; i < n; i++) l[i] = i % 3 - 1;
        clamp(a, l, n);
        for (int i = 0; i < n; i++) s = s * 7 + (unsigned)a[i];
        free(a);
        free(l);
    }
    printf("%u\n", s);
    return 0;
}
