// Flexible array members, arrays of length 1 that are longer, trailing buffers, structs within byte buffers.
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct str { size_t len; char data[]; };
struct old { int n; int v[1]; };
struct gnu { short n; double v[0]; };
struct header { uint32_t size; uint16_t kind; };

static struct str *make(const char *s) { size_t n = strlen(s); struct str *r = malloc(offsetof(struct str, data) + n + 1); r->len = n; memcpy(r->data, s, n + 1); return r; }
static struct str *join(const struct str *a, const struct str *b) {
    struct str *r = malloc(sizeof *r + a->len + b->len + 1);
    r->len = a->len + b->len;
    memcpy(r->data, a->data, a->len);
    strcpy(r->data + a->len, b->data);
    return r;
}

int main(void) {
    struct str *a = make("flexible "), *b = make("array"), *c = join(a, b);
    printf("%s %zu\n", c->data, c->len);
    free(a); free(b); free(c);
    struct old *o = malloc(sizeof *o + 9 * sizeof(int));
    o->n = 10;
    for (int i = 0; i < o->n; i++) o->v[i] = i * i;
    printf("%d %d\n", o->v[9], o->v[0]);
    free(o);
    struct gnu *g = malloc(sizeof *g + 3 * sizeof(double));
    g->v[2] = 1.5;
    printf("%g %zu\n", g->v[2], sizeof *g);
    free(g);
    unsigned char *buf = malloc(200), *p = buf;
    for (int i = 0; i < 5; i++) {
        struct header h = {(uint32_t)(sizeof h + (size_t)i * 3), (uint16_t)i};
        memcpy(p, &h, sizeof h);
        memset(p + sizeof h, 'a' + i, (size_t)i * 3);
        p += h.size;
    }
    for (unsigned char *q = buf; q < p;) { struct header h; memcpy(&h, q, sizeof h); printf("%u:%.*s ", h.kind, (int)(h.size - sizeof h), q + sizeof h); q += h.size; }
    printf("\n");
    free(buf);
    static struct { int n; char s[]; } fixed = {3, "abc"};
    printf("%d %s\n", fixed.n, fixed.s);
    int (*grid)[5] = malloc(4 * sizeof *grid);
    for (int i = 0; i < 20; i++) ((int *)grid)[i] = i;
    printf("%d %d\n", grid[3][4], *(*(grid + 2) + 1));
    free(grid);
    return 0;
}
