// A table of chains grows while its nodes stay: all links are rewritten, the old table is freed.
#include <stdio.h>
#include <stdlib.h>

struct entry { struct entry *next; unsigned key, count; };
static struct entry **table;
static unsigned room = 2, used;
static void grow(void) {
    struct entry **old = table;
    unsigned n = room;
    table = calloc(room *= 2, sizeof *table);
    for (unsigned i = 0; i < n; i++)
        for (struct entry *e = old[i], *next; e; e = next) { next = e->next; e->next = table[e->key % room]; table[e->key % room] = e; }
    free(old);
}
static void count(unsigned key) {
    struct entry *e = table[key % room];
    while (e && e->key != key) e = e->next;
    if (e) { e->count++; return; }
    if (++used > room) grow();
    e = malloc(sizeof *e);
    *e = (struct entry){table[key % room], key, 1};
    table[key % room] = e;
}

int main(void) {
    table = calloc(room, sizeof *table);
    for (unsigned i = 0; i < 3000; i++) count(i * i % 1009);
    unsigned s = 0;
    for (unsigned i = 0; i < room; i++)
        for (struct entry *e = table[i], *next; e; e = next) { next = e->next; s += e->key * e->count; free(e); }
    printf("%u %u %u\n", used, room, s);
    free(table);
    return 0;
}
