// A lock-free stack: nodes' pointers are exchanged atomically, with a counter in the low bits.
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct node { uintptr_t next; int value; };
static _Atomic uintptr_t top;
static void push(struct node *n) {
    uintptr_t old = atomic_load(&top);
    do n->next = old & ~(uintptr_t)7; while (!atomic_compare_exchange_weak(&top, &old, (uintptr_t)n | ((old + 1) & 7)));
}
static struct node *pop(void) {
    uintptr_t old = atomic_load(&top);
    struct node *n;
    do if (!(n = (struct node *)(old & ~(uintptr_t)7))) return NULL; while (!atomic_compare_exchange_weak(&top, &old, n->next | ((old + 1) & 7)));
    return n;
}

int main(void) {
    for (int i = 0; i < 20; i++) { struct node *n = malloc(sizeof *n); n->value = i; push(n); if (i % 4 == 3) free(pop()); }
    int s = 0;
    for (struct node *n; (n = pop()); free(n)) s = s * 2 % 9973 + n->value;
    printf("%d %d\n", s, (int)(top & 7));
    return 0;
}
