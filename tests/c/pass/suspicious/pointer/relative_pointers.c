// Fields hold the distance to their target from their own place; the whole is moved by memcpy and still holds.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct item { int32_t to; int value; };
static struct item *follow(struct item *i) { return i->to ? (struct item *)((char *)i + i->to) : NULL; }

int main(void) {
    struct item *a = malloc(8 * sizeof *a), *b = malloc(8 * sizeof *b);
    for (int i = 0; i < 8; i++) { int to = (i * 3 + 1) % 8; a[i] = (struct item){(int32_t)((char *)&a[to] - (char *)&a[i]), i}; }
    memcpy(b, a, 8 * sizeof *b);
    free(a);
    long s = 0;
    struct item *p = b;
    for (int i = 0; p && i < 20; i++, p = follow(p)) s = s * 9 % 1000003 + p->value;
    printf("%ld\n", s);
    free(b);
    return 0;
}
