// alloca in a loop: all the pieces live until the function returns, and are linked together.
#include <alloca.h>
#include <stdio.h>

struct piece { struct piece *next; int value; };

static __attribute__((noinline)) long chain(int n) {
    struct piece *head = NULL;
    for (int i = 0; i < n; i++) {
        struct piece *p = alloca(sizeof *p);
        p->next = head;
        p->value = i;
        head = p;
    }
    long s = 0;
    for (; head; head = head->next) s = s * 2 % 1000003 + head->value;
    return s;
}

int main(void) {
    long s = 0;
    for (int i = 0; i < 200; i++) s += chain(i);
    printf("%ld\n", s);
    return 0;
}
