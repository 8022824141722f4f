// A flexible struct on the stack by alloca, and VLAs in parameters, of which the smallest has one element.
#include <alloca.h>
#include <stdio.h>

struct text { int n; char c[]; };
static __attribute__((noinline)) int sum(int n, int m, int a[n][m]) { int s = 0; for (int i = 0; i < n; i++) s += a[i][m - 1]; return s; }

int main(int argc, char **argv) {
    (void)argv;
    struct text *t = alloca(sizeof *t + (size_t)argc + 2);
    t->n = argc + 2;
    for (int i = 0; i < t->n; i++) t->c[i] = (char)('x' + i);
    int one[1][1] = {{5}}, six[2][3] = {{1, 2, 3}, {4, 5, 6}};
    printf("%.*s %d %d\n", t->n, t->c, sum(argc, argc, one), sum(2, 3, six));
    return 0;
}
