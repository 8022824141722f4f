// Loops that form one-past-the-end and one-before pointers and never use them; sentinels; negative indices inside.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static __attribute__((noinline)) int sum(const int *begin, const int *end) { int s = 0; while (begin != end) s += *begin++; return s; }
static __attribute__((noinline)) int down(const int *a, int n) { int s = 0; for (const int *p = a + n - 1; p >= a; p--) s = s * 2 + *p; return s; }
static __attribute__((noinline)) long ones(const double *v, int n) { const double *m = v - 1; long s = 0; for (int i = 1; i <= n; i++) s += (long)m[i]; return s; }
static __attribute__((noinline)) int middle(int *p) { return p[-3] + p[-1] * p[2]; }
static __attribute__((noinline)) void reverse(char *s) { char *e = s + strlen(s); while (s < --e) { char t = *s; *s++ = *e; *e = t; } }

int main(int argc, char **argv) {
    int n = 16;
    int *h = malloc((size_t)n * sizeof *h), st[16];
    static int g[16];
    for (int i = 0; i < n; i++) h[i] = st[i] = g[i] = i * 3;
    printf("%d %d %d %d\n", sum(h, h + n), sum(st, st + n), sum(g, g + n), sum(h + n, h + n));
    printf("%d %d %d\n", down(h, n), down(st, n), down(g, n));
    double *d = malloc(8 * sizeof *d);
    for (int i = 0; i < 8; i++) d[i] = i;
    printf("%ld %d %d\n", ones(d, 8), middle(h + 8), middle(&st[3]));
    char text[] = "reversed";
    reverse(text);
    puts(text);
    char **last = argv;
    while (*last) last++;
    printf("%d %d\n", (int)(last - argv) == argc, h + n == &h[n]);
    unsigned k = 5;
    printf("%d\n", h[k - 1u] + *(&h[n] - 1));
    int *far = h + 1000; /* formed, brought back, used */
    far -= 995;
    printf("%d\n", *far);
    for (int i = n; i-- > 0;) h[i] = 0;
    free(h);
    free(d);
    return 0;
}
