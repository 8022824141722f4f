// container_of, intrusive circular lists whose head is no node, first-member casts, member pointers.
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#define container_of(p, T, m) ((T *)((char *)(p) - offsetof(T, m)))
struct list { struct list *next, *prev; };
struct item { int v; struct list a; char name[8]; struct list b; };

static void init(struct list *h) { h->next = h->prev = h; }
static void add(struct list *n, struct list *h) { n->next = h->next; n->prev = h; h->next->prev = n; h->next = n; }
static void del(struct list *n) { n->prev->next = n->next; n->next->prev = n->prev; }

struct base { int kind; };
struct circle { struct base base; double r; };
struct square { struct base base; int side; };
static double area(struct base *b) { return b->kind == 1 ? ((struct circle *)b)->r * 2 : ((struct square *)b)->side * 4.0; }

int main(void) {
    struct list heads[2];
    init(&heads[0]); init(&heads[1]);
    for (int i = 0; i < 20; i++) {
        struct item *it = malloc(sizeof *it);
        it->v = i;
        snprintf(it->name, sizeof it->name, "n%d", i);
        add(&it->a, &heads[0]);
        add(&it->b, &heads[1]);
        if (i % 3 == 0) del(&it->a), init(&it->a);
    }
    int s = 0;
    for (struct list *p = heads[0].next; p != &heads[0]; p = p->next) s = s * 3 + container_of(p, struct item, a)->v;
    printf("%d\n", s);
    /* the usual macro compares &it->b with the head, computed through the head itself */
    struct item *it;
    for (it = container_of(heads[1].next, struct item, b); &it->b != &heads[1]; it = container_of(it->b.next, struct item, b)) printf("%s ", it->name);
    printf("\n");
    while (heads[1].next != &heads[1]) { it = container_of(heads[1].next, struct item, b); del(&it->b); free(it); }
    struct circle c = {{1}, 2.5};
    struct square q = {{2}, 3};
    struct base *all[] = {&c.base, &q.base};
    for (int i = 0; i < 2; i++) printf("%g ", area(all[i]));
    int *field = (int *)((char *)&q + offsetof(struct square, side));
    *field += 4;
    printf("%d %d\n", q.side, container_of(field, struct square, side)->base.kind);
    return 0;
}
