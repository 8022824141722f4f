/* qsort, bsearch and their kin: order of ties and of the comparator's calls, inconsistent comparators,
 * leaving one by longjmp. */
#define _GNU_SOURCE
#include <search.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned seed = 12345;
static unsigned roll(unsigned sides) {
    seed = seed * 1103515245u + 12345u;
    return (seed >> 16) % sides;
}

struct pair { int key, place; };
struct big { int key, place; char rest[52]; };
struct odd { char bytes[7]; };

static long calls;
static unsigned long trace;
static int by_key(const void *a, const void *b) {
    const struct pair *x = a, *y = b;
    calls++;
    trace = trace * 31 + (unsigned)(x->place * 1000 + y->place);
    return (x->key > y->key) - (x->key < y->key);
}
static int by_byte(const void *a, const void *b) { return *(const char *)a - *(const char *)b; }
static int with_arg(const void *a, const void *b, void *arg) {
    int d = *(const int *)a - *(const int *)b;
    ++*(long *)arg;
    return d;
}
static int random_order(const void *a, const void *b) { (void)a, (void)b; return (int)roll(3) - 1; }
static jmp_buf out;
static int left;
static int leaving(const void *a, const void *b) {
    if (--left == 0) longjmp(out, 7);
    return *(const int *)a - *(const int *)b;
}

int main(void) {
    for (int n = 0; n < 60; n += 1 + n / 10) {
        struct pair p[64];
        struct big g[64];
        struct odd o[64];
        for (int i = 0; i < n; i++) {
            p[i] = (struct pair){(int)roll(8), i};
            g[i] = (struct big){p[i].key, i, ""};
            memset(o[i].bytes, 'a' + (int)roll(5), 7);
            o[i].bytes[6] = (char)i;
        }
        calls = 0, trace = 0;
        qsort(p, (size_t)n, sizeof *p, by_key);
        printf("%d: %ld %lx:", n, calls, trace);
        for (int i = 0; i < n; i++) printf(" %d.%d", p[i].key, p[i].place);
        calls = 0, trace = 0;
        qsort(g, (size_t)n, sizeof *g, by_key);
        printf("\n  big %ld %lx:", calls, trace);
        for (int i = 0; i < n; i++) printf(" %d.%d", g[i].key, g[i].place);
        qsort(o, (size_t)n, sizeof *o, by_byte);
        printf("\n  odd");
        for (int i = 0; i < n; i++) printf(" %c.%d", o[i].bytes[0], o[i].bytes[6]);
        puts("");
    }
    int a[100];
    for (int i = 0; i < 100; i++) a[i] = (int)roll(1000);
    left = 200;
    if (setjmp(out) == 0) qsort(a, 100, sizeof *a, leaving);
    long sum = 0;
    for (int i = 0; i < 100; i++) printf("%d ", a[i]), sum += a[i];
    printf("\nleft with %ld\n", sum);
    qsort(a, 100, sizeof *a, random_order);
    sum = 0;
    for (int i = 0; i < 100; i++) sum += a[i];
    printf("after no order: %ld\n", sum);
    long count = 0;
    qsort_r(a, 100, sizeof *a, with_arg, &count);
    printf("qsort_r %ld: %d %d %d\n", count, a[0], a[50], a[99]);
    for (int i = 0; i < 1000; i += 37) {
        int *hit = bsearch(&i, a, 100, sizeof *a, by_byte);
        printf("%d ", hit ? (int)(hit - a) : -1);
    }
    size_t used = 50;
    int key = 5000;
    int *end = lsearch(&key, a, &used, sizeof *a, (int (*)(const void *, const void *))by_byte);
    printf("\nlsearch %d %zu %d\n", (int)(end - a) <= 50, used, lfind(&key, a, &used, sizeof *a, by_byte) != NULL);
    return 0;
}
