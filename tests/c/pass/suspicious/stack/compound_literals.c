// Compound literals live to the end of their block, and their addresses are used until then.
#include <stdio.h>

struct point { int x, y; };
static __attribute__((noinline)) int cross(const struct point *a, const struct point *b) { return a->x * b->y - a->y * b->x; }

int main(void) {
    int s = 0;
    for (int i = 0; i < 10; i++) {
        struct point *p = &(struct point){i, i + 1};
        int *a = (int[]){i, 2 * i, 3 * i};
        p->x += a[2];
        s += cross(p, &(struct point){a[1], 1});
    }
    printf("%d\n", s);
    return 0;
}
