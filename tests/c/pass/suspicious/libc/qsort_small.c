// qsort and bsearch of zero and one element, at null, at one-past and of a single local.
#include <stdio.h>
#include <stdlib.h>

static int calls;
static int order(const void *a, const void *b) { calls++; return *(const int *)a - *(const int *)b; }

int main(void) {
    int x = 5, y = 6, a[3] = {3, 2, 1};
    qsort(&x, 1, sizeof x, order);
    qsort(a + 3, 0, sizeof x, order);
    printf("%d ", calls);
    int *found = bsearch(&x, &x, 1, sizeof x, order), *none = bsearch(&y, &x, 1, sizeof x, order);
    printf("%d %d %d\n", found == &x, none == NULL, bsearch(&x, a + 3, 0, sizeof x, order) == NULL);
    qsort(a, 3, sizeof *a, order);
    printf("%d %d %d\n", a[0], a[1], a[2]);
    return 0;
}
