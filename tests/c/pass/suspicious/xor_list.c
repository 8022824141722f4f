// An XOR-linked list: each node holds the exclusive or of its neighbours' addresses.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct node { uintptr_t link; int v; };
static struct node *step(struct node *prev, struct node *at) { return (struct node *)(at->link ^ (uintptr_t)prev); }

int main(void) {
    struct node *head = NULL, *tail = NULL;
    for (int i = 0; i < 1000; i++) {
        struct node *n = malloc(sizeof *n);
        n->v = i;
        n->link = (uintptr_t)tail;
        if (tail) tail->link ^= (uintptr_t)n; else head = n;
        tail = n;
    }
    long forward = 0, backward = 0;
    struct node *prev = NULL, *at = head;
    while (at) { forward = forward * 7 % 1000003 + at->v; struct node *next = step(prev, at); prev = at; at = next; }
    prev = NULL, at = tail;
    while (at) { backward = backward * 7 % 1000003 + at->v; struct node *next = step(prev, at); prev = at; at = next; }
    printf("%ld %ld\n", forward, backward);
    prev = NULL, at = head;
    while (at) { struct node *next = step(prev, at); if (prev) free(prev); prev = at; at = next; }
    free(prev);
    struct node a = {0, 1}, b = {0, 2}; /* the swap trick */
    uintptr_t p = (uintptr_t)&a, q = (uintptr_t)&b;
    p ^= q; q ^= p; p ^= q;
    printf("%d %d\n", ((struct node *)p)->v, ((struct node *)q)->v);
    return 0;
}
