// One block is seen as a flat array and as an array of arrays; the last row's last element is reached both ways.
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) int corner(int rows, int columns, int (*m)[columns]) { return m[rows - 1][columns - 1]; }

int main(int argc, char **argv) {
    (void)argv;
    int rows = argc + 2, columns = argc + 4;
    int *flat = malloc((size_t)(rows * columns) * sizeof *flat);
    for (int i = 0; i < rows * columns; i++) flat[i] = i;
    int (*m)[columns] = (int (*)[columns])flat;
    printf("%d %d %d\n", corner(rows, columns, m), flat[rows * columns - 1], (int)((int *)(m + rows) - flat));
    free(flat);
    return 0;
}
