// Variable length arrays and alloca: in loops, two-dimensional, as parameters, released at scope end.
#include <alloca.h>
#include <stdio.h>
#include <string.h>

static __attribute__((noinline)) long fill(int n) {
    int a[n];
    for (int i = 0; i < n; i++) a[i] = i * i;
    long s = 0;
    for (int i = 0; i < n; i++) s += a[i];
    return s;
}
static __attribute__((noinline)) int matrix(int r, int c, int m[r][c]) {
    int t = 0;
    for (int i = 0; i < r; i++) for (int j = 0; j < c; j++) t += m[i][j] * (i - j);
    return t;
}
struct node { struct node *next; int v; };

int main(void) {
    long total = 0;
    for (int i = 1; i < 2000; i++) total += fill(i % 100 + 1);
    printf("%ld\n", total);
    for (int n = 1; n < 6; n++) {
        int m[n][n + 2];
        for (int i = 0; i < n; i++) for (int j = 0; j < n + 2; j++) m[i][j] = i + 10 * j;
        printf("%d %zu ", matrix(n, n + 2, m), sizeof m);
    }
    printf("\n");
    struct node *list = NULL;
    for (int i = 0; i < 50; i++) { /* alloca lives until the function returns */
        struct node *n = alloca(sizeof *n);
        n->next = list; n->v = i; list = n;
    }
    int s = 0;
    for (; list; list = list->next) s += list->v;
    printf("%d\n", s);
    for (int i = 0; i < 100000; i++) { /* would need 100 MB if scopes did not release */
        char buf[1000 + i % 7];
        buf[0] = (char)i; buf[sizeof buf - 1] = 1;
        s += buf[0] + buf[sizeof buf - 1];
    }
    printf("%d\n", s);
    int n = 3;
    char *p = alloca((size_t)(n = n * 4));
    memset(p, 'x', 11); p[11] = 0;
    puts(p);
    double (*rows)[n] = alloca(sizeof(double[2][n]));
    rows[1][n - 1] = 2.5; rows[0][0] = 1;
    printf("%g %zu\n", rows[1][11] + rows[0][0], sizeof *rows);
    return 0;
}
