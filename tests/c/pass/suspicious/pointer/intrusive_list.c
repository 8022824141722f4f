// A circular list whose head is no element: container_of is never used on the head.
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

struct link { struct link *next, *prev; };
struct job { int id; struct link by_age; };
#define JOB(l) ((struct job *)((char *)(l) - offsetof(struct job, by_age)))

int main(void) {
    struct link head = {&head, &head};
    for (int i = 0; i < 12; i++) {
        struct job *j = malloc(sizeof *j);
        j->id = i;
        struct link *at = i % 2 ? &head : head.next;
        j->by_age = (struct link){at, at->prev};
        at->prev->next = &j->by_age;
        at->prev = &j->by_age;
    }
    while (head.next != &head) {
        struct link *l = head.next;
        head.next = l->next;
        l->next->prev = &head;
        printf("%d ", JOB(l)->id);
        free(JOB(l));
    }
    putchar('\n');
    return 0;
}
