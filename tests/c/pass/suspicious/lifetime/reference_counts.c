// Two owners give an object up in turn: the last one frees it, the first one must not.
#include <stdio.h>
#include <stdlib.h>

struct shared { int owners, value; };
static int live;
static struct shared *make(int v) { struct shared *s = malloc(sizeof *s); *s = (struct shared){1, v}; live++; return s; }
static struct shared *hold(struct shared *s) { s->owners++; return s; }
static __attribute__((noinline)) void drop(struct shared *s) { if (--s->owners == 0) { live--; free(s); } }

int main(void) {
    struct shared *table[8];
    for (int i = 0; i < 8; i++) table[i] = i % 3 ? hold(table[i - 1]) : make(i);
    int s = 0;
    for (int i = 0; i < 8; i++) { s = s * 4 + table[i]->value; drop(table[i]); printf("%d ", live); }
    printf("%d\n", s);
    return 0;
}
