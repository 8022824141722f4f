// Returned nodes hold the list of free ones in their own first words, within one block that stays allocated.
#include <stdio.h>
#include <stdlib.h>

union cell { union cell *next; struct { int key, value; } item; };
static union cell *pool, *unused;
static union cell *take(void) { union cell *c = unused; unused = c->next; return c; }
static void give(union cell *c) { c->next = unused; unused = c; }

int main(void) {
    pool = malloc(10 * sizeof *pool);
    for (int i = 0; i < 10; i++) give(&pool[i]);
    long sum = 0;
    for (int round = 0; round < 50; round++) {
        union cell *held[10];
        int n = round % 10 + 1;
        for (int i = 0; i < n; i++) { held[i] = take(); held[i]->item.key = round; held[i]->item.value = i; }
        for (int i = 0; i < n; i++) { sum += held[i]->item.key * held[i]->item.value; give(held[i]); }
    }
    printf("%ld\n", sum);
    free(pool);
    return 0;
}
