// Nodes are unlinked through a pointer to the link that leads to them, and freed on the way.
#include <stdio.h>
#include <stdlib.h>

struct node { struct node *next; int value; };

int main(void) {
    struct node *head = NULL, **link = &head;
    for (int i = 0; i < 20; i++, link = &(*link)->next) {
        *link = malloc(sizeof **link);
        **link = (struct node){NULL, i};
    }
    for (link = &head; *link;) {
        struct node *n = *link;
        if (n->value % 3 == 0) { *link = n->next; free(n); } else link = &n->next;
    }
    for (struct node *n = head, *next; n; n = next) { next = n->next; printf("%d ", n->value); free(n); }
    putchar('\n');
    return 0;
}
