// A list is freed while it is walked: the next pointer is read before its node goes.
#include <stdio.h>
#include <stdlib.h>

struct node { struct node *next; int value; };

int main(void) {
    struct node *head = NULL;
    for (int i = 0; i < 100; i++) {
        struct node *n = malloc(sizeof *n);
        n->next = head;
        n->value = i;
        head = n;
    }
    long s = 0;
    for (struct node *n = head, *next; n; n = next) {
        next = n->next;
        s = s * 2 % 1000003 + n->value;
        free(n);
    }
    printf("%ld\n", s);
    return 0;
}
