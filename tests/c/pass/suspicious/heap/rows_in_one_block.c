// The row pointers and the rows lie in one block; a row's end is the next row's start.
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
    (void)argv;
    int rows = argc + 4, columns = argc + 6;
    double **m = malloc((size_t)rows * sizeof *m + (size_t)(rows * columns) * sizeof **m);
    m[0] = (double *)(m + rows);
    for (int i = 1; i < rows; i++) m[i] = m[i - 1] + columns;
    for (double *p = m[0]; p < m[rows - 1] + columns; p++) *p = (double)(p - m[0]);
    double trace = 0;
    for (int i = 0; i < rows; i++) trace += m[i][i] + m[i][columns - 1];
    printf("%g\n", trace);
    free(m);
    return 0;
}
