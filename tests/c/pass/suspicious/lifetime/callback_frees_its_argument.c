// A callback frees the object that it was given, and the caller reads only what it copied before.
#include <stdio.h>
#include <stdlib.h>

struct task { void (*run)(struct task *); struct task *next; int n; };
static int total;
static void once(struct task *t) { total += t->n; free(t); }
static void twice(struct task *t) { total += 2 * t->n; free(t); }

int main(void) {
    struct task *queue = NULL;
    for (int i = 0; i < 10; i++) {
        struct task *t = malloc(sizeof *t);
        *t = (struct task){i % 2 ? once : twice, queue, i};
        queue = t;
    }
    while (queue) { struct task *t = queue; queue = t->next; t->run(t); }
    printf("%d\n", total);
    return 0;
}
