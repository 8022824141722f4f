// Ten thousand blocks live at once, every second one is freed and made again with another size.
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    enum { N = 10000 };
    unsigned **p = malloc(N * sizeof *p), s = 0;
    for (unsigned i = 0; i < N; i++) { p[i] = malloc(sizeof **p * (i % 9 + 1)); p[i][i % 9] = i; }
    for (unsigned i = 0; i < N; i += 2) { free(p[i]); p[i] = malloc(sizeof **p * (i % 5 + 5)); p[i][i % 5 + 4] = i; }
    for (unsigned i = 0; i < N; i++) { s = s * 31 + p[i][i % 2 ? i % 9 : i % 5 + 4]; free(p[i]); }
    free(p);
    printf("%u\n", s);
    return 0;
}
