// Parameters declared with [static n] get arrays of exactly n, from every kind of memory.
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) int sum(const int a[static 4]) { return a[0] + a[1] + a[2] + a[3]; }

int main(void) {
    static int global[4] = {1, 2, 3, 4};
    int local[6] = {0, 0, 5, 6, 7, 8}, *heap = calloc(4, sizeof *heap);
    heap[3] = 9;
    printf("%d %d %d %d\n", sum(global), sum(local + 2), sum(heap), sum((int[4]){1}));
    free(heap);
    return 0;
}
