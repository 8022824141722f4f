// From an element of an array within a struct within an array, back to the outermost struct.
#include <stddef.h>
#include <stdio.h>

struct part { char name; short size; };
struct whole { int id; struct part parts[3]; long weight; };
static __attribute__((noinline)) struct whole *of(struct part *p, int i) {
    return (struct whole *)((char *)(p - i) - offsetof(struct whole, parts));
}

int main(void) {
    struct whole w[4];
    for (int i = 0; i < 4; i++) w[i] = (struct whole){i, {{'a', 1}, {'b', 2}, {'c', 3}}, i * 100};
    for (int i = 0; i < 4; i++) { struct whole *x = of(&w[i].parts[i % 3], i % 3); printf("%d %ld\n", x->id, x->weight); }
    return 0;
}
