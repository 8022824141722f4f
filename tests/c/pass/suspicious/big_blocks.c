// Large blocks: 10,000 times 100 MB, growth to 900 MB by realloc, far pages of big blocks, failure that is reported as NULL.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    for (int i = 0; i < 10000; i++) { char *p = malloc(100 << 20); p[i * 10000L] = 1; free(p); }
    size_t n = 0;
    char *g = NULL;
    for (int i = 1; i <= 200; i++) { size_t m = (size_t)i * (900u << 20) / 200; g = realloc(g, m); if (n && g[n - 1] != (char)i) return 1; g[m - 1] = (char)(i + 1); n = m; }
    printf("%zu\n", n);
    free(g);
    char *z = calloc(1, 500 << 20);
    long s = 0;
    for (long i = 0; i < 500L << 20; i += 1 << 20) s += z[i];
    printf("%ld\n", s);
    free(z);
    errno = 0;
    volatile size_t huge = (size_t)1 << 60;
    void *volatile none = malloc(huge);
    __asm__ volatile("" : : : "memory"); /* the optimizer takes malloc to leave errno alone */
    printf("%d %d\n", none == NULL, errno == ENOMEM);
    none = calloc(huge, huge);
    printf("%d\n", none == NULL);
    return 0;
}
