// restrict pointers into one block, at parts that do not overlap.
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) void add(int n, int *restrict to, const int *restrict from) { for (int i = 0; i < n; i++) to[i] += from[i]; }

int main(void) {
    int *a = malloc(40 * sizeof *a);
    for (int i = 0; i < 40; i++) a[i] = i;
    add(20, a + 20, a);
    add(0, a, a);
    add(13, a, a + 13);
    printf("%d %d %d\n", a[0], a[12], a[39]);
    free(a);
    return 0;
}
