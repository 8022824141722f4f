// Function pointers: tables, callbacks, pointers in structs, comparison, recursion through a pointer, old-style calls.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef int (*binary)(int, int);
static int add(int a, int b) { return a + b; }
static int sub(int a, int b) { return a - b; }
static int mul(int a, int b) { return a * b; }
static const binary table[] = {add, sub, mul};
static const struct { const char *name; binary f; } named[] = {{"add", add}, {"sub", sub}, {"mul", mul}};

static double dbl(double x) { return x * 2; }
static void nothing(void) {}
struct three { long a, b, c; };
static struct three triple(int x) { return (struct three){x, x * 2, x * 3}; }

static binary pick(int n) { return n % 2 ? add : table[n % 3]; }
static int apply(binary f, int n, ...) { (void)n; return f(n, n + 1); }
static int (*choose(int c))(int, int) { return c ? sub : mul; }

static int cmp_int(const void *a, const void *b) { return (*(const int *)a > *(const int *)b) - (*(const int *)a < *(const int *)b); }
static int cmp_str(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

typedef struct obj { int (*get)(struct obj *); int v; } obj;
static int get_plain(obj *o) { return o->v; }
static int get_square(obj *o) { return o->v * o->v; }

static int (*self)(int);
static int fact(int n) { return n < 2 ? 1 : n * self(n - 1); }

int main(void) {
    for (int i = 0; i < 9; i++) printf("%d ", pick(i)(i, 3));
    printf("\n");
    for (unsigned i = 0; i < 3; i++) printf("%s=%d ", named[i].name, named[i].f(7, 5));
    printf("%d %d\n", apply(add, 4), choose(1)(9, 4) + choose(0)(9, 4));
    void (*volatile v)(void) = nothing;
    v();
    double (*volatile d)(double) = dbl;
    struct three (*volatile t)(int) = triple;
    printf("%g %ld\n", d(1.25), t(5).c);
    obj objs[] = {{get_plain, 5}, {get_square, 6}};
    for (int i = 0; i < 2; i++) printf("%d ", objs[i].get(&objs[i]));
    self = fact;
    printf("%d\n", fact(10));
    int a[] = {5, 3, 9, -2, 7, 7, 0, 100, -50};
    qsort(a, 9, sizeof *a, cmp_int);
    for (int i = 0; i < 9; i++) printf("%d ", a[i]);
    int key = 7, *hit = bsearch(&key, a, 9, sizeof *a, cmp_int);
    key = 8;
    printf("%d %d\n", hit != NULL && *hit == 7, bsearch(&key, a, 9, sizeof *a, cmp_int) == NULL);
    const char *s[] = {"pear", "apple", "fig", "banana"};
    qsort(s, 4, sizeof *s, cmp_str);
    for (int i = 0; i < 4; i++) printf("%s ", s[i]);
    printf("%d %d\n", table[0] == add, table[0] == (binary)mul);
    void *raw = (void *)add;
    binary back;
    memcpy(&back, &raw, sizeof back);
    printf("%d %d\n", back(20, 22), ((binary)raw)(1, 2));
    int (*ignored)(int, int) = add;
    ((void (*)(int, int))ignored)(1, 2); /* a result nobody uses */
    printf("%s\n", ignored ? "set" : "null");
    return 0;
}
