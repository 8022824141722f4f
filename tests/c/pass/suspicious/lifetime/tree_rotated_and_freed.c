// A tree's nodes change parents by rotations, then are freed bottom up, each once.
#include <stdio.h>
#include <stdlib.h>

struct tree { struct tree *l, *r; int k; };
static struct tree *right(struct tree *t) { struct tree *l = t->l; t->l = l->r; l->r = t; return l; }
static struct tree *add(struct tree *t, int k) {
    if (!t) { t = calloc(1, sizeof *t); t->k = k; return t; }
    if (k < t->k) { t->l = add(t->l, k); return right(t); }
    t->r = add(t->r, k);
    return t;
}
static int drop(struct tree *t, int depth) {
    if (!t) return 0;
    int n = drop(t->l, depth + 1) + drop(t->r, depth + 1) + depth * t->k;
    free(t);
    return n;
}

int main(void) {
    struct tree *t = NULL;
    for (int i = 0; i < 50; i++) t = add(t, i * 17 % 53);
    printf("%d ", t->k);
    printf("%d\n", drop(t, 1));
    return 0;
}
