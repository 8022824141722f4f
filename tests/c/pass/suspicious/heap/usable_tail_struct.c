// A struct is allocated without its unused trailing members, and only the members that are there are touched.
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

struct event { int kind; union { char key; struct { double x, y; } point; } u; };

static __attribute__((noinline)) struct event *key(char c) {
    struct event *e = malloc(offsetof(struct event, u) + sizeof e->u.key);
    *(int *)e = 1;
    *((char *)e + offsetof(struct event, u)) = c;
    return e;
}

int main(void) {
    struct event *e = key('k');
    printf("%d %c\n", *(int *)e, *((char *)e + offsetof(struct event, u)));
    free(e);
    return 0;
}
