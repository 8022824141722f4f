// Links inside a block are rebased after each realloc by the distance it moved.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct node { struct node *previous; int value; };

int main(void) {
    size_t n = 0, room = 2;
    struct node *all = malloc(room * sizeof *all);
    for (int i = 0; i < 300; i++) {
        if (n == room) {
            uintptr_t old = (uintptr_t)all;
            all = realloc(all, (room *= 2) * sizeof *all);
            for (size_t k = 0; k < n; k++)
                if (all[k].previous) all[k].previous = (struct node *)((uintptr_t)all[k].previous - old + (uintptr_t)all);
        }
        all[n] = (struct node){n ? &all[n - 1] : NULL, i};
        n++;
    }
    long s = 0;
    for (struct node *p = &all[n - 1]; p; p = p->previous) s = s * 3 % 10007 + p->value;
    printf("%ld\n", s);
    free(all);
    return 0;
}
