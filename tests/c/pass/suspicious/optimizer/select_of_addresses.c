// The address of a valid or an invalid place is chosen without a branch; only the valid one is read.
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) int at(const int *a, size_t n, size_t i, int missing) { return i < n ? a[i] : missing; }

int main(void) {
    int *a = malloc(4 * sizeof *a);
    for (int i = 0; i < 4; i++) a[i] = 10 * i;
    size_t wild[] = {0, 3, 4, 1000000, (size_t)-1, 2};
    for (int i = 0; i < 6; i++) printf("%d ", at(a, 4, wild[i], -1));
    putchar('\n');
    free(a);
    return 0;
}
