// The same pointer is read as void *, char * and struct pointer through memory, by memcpy.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct thing { int x; };

int main(void) {
    struct thing *t = malloc(sizeof *t), *u;
    void *slot;
    char *c;
    t->x = 77;
    memcpy(&slot, &t, sizeof slot);
    memcpy(&c, &slot, sizeof c);
    memcpy(&u, &c, sizeof u);
    printf("%d %d\n", u->x, *(int *)c);
    free(slot);
    return 0;
}
