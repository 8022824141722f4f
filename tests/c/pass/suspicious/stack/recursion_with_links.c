// Each frame of a recursion links to its caller's local; the innermost walks the chain up.
#include <stdio.h>

struct frame { struct frame *up; int value; };
static __attribute__((noinline)) long down(struct frame *up, int n) {
    struct frame f = {up, n};
    if (n > 0) return down(&f, n - 1) + f.value;
    long s = 0;
    for (struct frame *p = &f; p; p = p->up) s = s * 3 % 10007 + p->value;
    return s;
}

int main(void) {
    printf("%ld %ld\n", down(NULL, 10), down(NULL, 1000));
    return 0;
}
