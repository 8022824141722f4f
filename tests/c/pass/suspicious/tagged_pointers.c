// Pointers with tags in their low bits, as integers in structs and tables, and in a union with a double.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

typedef uintptr_t value;
struct cons { value car, cdr; };
enum { INT = 1, CONS = 2, STR = 4, MASK = 7 };

static value of_int(long i) { return (value)i << 3 | INT; }
static value cons(value a, value d) { struct cons *c = malloc(sizeof *c); c->car = a; c->cdr = d; return (value)c | CONS; }
static value of_str(const char *s) { return (value)s | STR; }
static struct cons *pair(value v) { return (struct cons *)(v & ~(value)MASK); }

static void print(value v) {
    if ((v & MASK) == INT) printf("%ld", (long)v >> 3);
    else if ((v & MASK) == STR) printf("%s", (const char *)(v - STR));
    else if (v == 0) printf("()");
    else { printf("("); print(pair(v)->car); printf(" . "); print(((struct cons *)(v ^ CONS))->cdr); printf(")"); }
}
static long total(value v) { return (v & MASK) == INT ? (long)v >> 3 : (v & MASK) == CONS ? total(pair(v)->car) + total(pair(v)->cdr) : 0; }
static void drop(value v) { if ((v & MASK) == CONS) { drop(pair(v)->car); drop(pair(v)->cdr); free(pair(v)); } }

static const char aligned[] __attribute__((aligned(8))) = "text";
union slot { void *p; uint64_t bits; double d; unsigned char b[8]; };

struct node { uintptr_t parent_color; struct node *child[2]; int key; };

int main(void) {
    value list = 0;
    for (int i = 0; i < 10; i++) list = cons(of_int(i * i - 20), list);
    list = cons(of_str(aligned), list);
    print(list);
    printf("\n%ld\n", total(list));
    drop(list);
    int x = 77;
    union slot s = {.p = &x};
    s.bits |= 1;
    s.bits &= ~(uint64_t)1;
    printf("%d\n", *(int *)s.p);
    uint64_t rotated = s.bits << 13 | s.bits >> 51; /* disguised and back */
    rotated = rotated >> 13 | rotated << 51;
    printf("%d\n", *(int *)rotated);
    struct node root = {0, {NULL, NULL}, 1}, *kid = calloc(1, sizeof *kid);
    kid->parent_color = (uintptr_t)&root | 1;
    kid->key = 2;
    root.child[kid->key > root.key] = kid;
    printf("%d %d\n", ((struct node *)(kid->parent_color & ~1ul))->key, ((struct node *)(root.child[1]->parent_color - 1))->child[1]->key);
    uintptr_t inverted = ~(uintptr_t)kid;
    printf("%d\n", ((struct node *)~inverted)->key);
    free(kid);
    return 0;
}
