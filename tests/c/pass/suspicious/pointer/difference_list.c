// A doubly linked list keeps each node's neighbours as one difference, and is walked both ways.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct node { uintptr_t both; int value; };

int main(void) {
    enum { N = 9 };
    struct node *n[N];
    for (int i = 0; i < N; i++) { n[i] = malloc(sizeof *n[i]); n[i]->value = i; }
    for (int i = 0; i < N; i++) n[i]->both = (uintptr_t)(i + 1 < N ? n[i + 1] : NULL) - (uintptr_t)(i ? n[i - 1] : NULL);
    struct node *before = NULL, *p = n[0];
    while (p) { struct node *next = (struct node *)(p->both + (uintptr_t)before); printf("%d ", p->value); before = p; p = next; }
    for (p = before, before = NULL; p;) { struct node *next = (struct node *)((uintptr_t)before - p->both); printf("%d ", p->value); before = p; p = next; }
    putchar('\n');
    for (int i = 0; i < N; i++) free(n[i]);
    return 0;
}
