// A loop that is vectorised at -O2 ends at every length from 0 to 40, with the block exactly as long.
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) int sum(const int *a, int n) {
    int s = 0;
    for (int i = 0; i < n; i++) s += a[i] * 3;
    return s;
}

int main(void) {
    for (int n = 0; n <= 40; n++) {
        int *a = malloc((size_t)n * sizeof *a);
        for (int i = 0; i < n; i++) a[i] = i + n;
        printf("%d%c", sum(a, n), n % 10 == 9 ? '\n' : ' ');
        free(a);
    }
    putchar('\n');
    return 0;
}
