// Globals whose initialisers point into themselves and at each other, forwards and back.
#include <stdio.h>

struct ring { struct ring *next, *back; int v[2]; int *own; };
extern struct ring b;
struct ring a = {&b, &b, {1, 2}, &a.v[1]}, b = {&a, &a, {3, 4}, &a.v[0]};

int main(void) {
    struct ring *p = &a;
    int s = 0;
    for (int i = 0; i < 9; i++, p = i % 3 ? p->next : p->back) s = s * 3 + *p->own + p->v[i & 1];
    printf("%d\n", s);
    return 0;
}
