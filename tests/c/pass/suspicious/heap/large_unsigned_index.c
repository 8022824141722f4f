// An index computed in size_t wraps below zero and comes back: i - 3 with i from 3, and (size_t)-1 plus one.
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) int take(const int *a, size_t i, size_t back) { return a[i - back]; }

int main(void) {
    int *a = malloc(6 * sizeof *a);
    for (int i = 0; i < 6; i++) a[i] = i + 1;
    size_t last = (size_t)-1, sum = 0;
    for (int i = 0; i < 6; i++) sum = sum * 7 + (size_t)a[++last];
    for (size_t i = 3; i < 9; i++) sum = sum * 7 + (size_t)take(a, i, 3);
    printf("%zu\n", sum);
    free(a);
    return 0;
}
