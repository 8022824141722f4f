// A matrix is walked in tiles that do not divide it: the tiles at the edges are cut.
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    enum { R = 13, C = 11, T = 4 };
    int *m = malloc(R * C * sizeof *m), *t = malloc(R * C * sizeof *t);
    for (int i = 0; i < R * C; i++) m[i] = i;
    for (int i = 0; i < R; i += T)
        for (int j = 0; j < C; j += T)
            for (int y = i; y < i + T && y < R; y++)
                for (int x = j; x < j + T && x < C; x++) t[x * R + y] = m[y * C + x];
    unsigned s = 0;
    for (int i = 0; i < R * C; i++) s = s * 31 + (unsigned)t[i];
    printf("%u %d\n", s, t[R * C - 1]);
    free(m);
    free(t);
    return 0;
}
