// Struct assignment onto itself and through overlapping-looking pointers that are equal.
#include <stdio.h>
#include <stdlib.h>

struct big { int v[50]; };
static __attribute__((noinline)) void copy(struct big *to, const struct big *from) { *to = *from; }

int main(void) {
    struct big *b = calloc(2, sizeof *b);
    b[1].v[49] = 5;
    copy(&b[1], &b[1]);
    copy(&b[0], &b[1]);
    printf("%d %d\n", b[0].v[49], b[1].v[0]);
    free(b);
    return 0;
}
