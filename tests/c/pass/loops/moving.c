// Loops over objects that are freed, replaced or moved while the loop runs, correctly.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static __attribute__((noinline)) int *grow(int *a, int n) { return realloc(a, (size_t)n * sizeof *a); }

static __attribute__((noinline)) long growing(int n) {
    int room = 1, *a = malloc(sizeof *a);
    long s = 0;
    for (int i = 0; i < n; i++) {
        if (i == room) a = grow(a, room *= 2);
        a[i] = i * 3;
        s += a[i / 2];
    }
    free(a);
    return s;
}

static __attribute__((noinline)) void renew(int **p, int i) {
    if (i % 50) return;
    int *fresh = malloc(100 * sizeof *fresh);
    memcpy(fresh, *p, 100 * sizeof *fresh);
    free(*p);
    *p = fresh;
}

static __attribute__((noinline)) long renewed(int n) {
    int *a = calloc(100, sizeof *a);
    long s = 0;
    for (int i = 0; i < n; i++) {
        a[i % 100] += i;
        s += a[(i * 7) % 100];
        renew(&a, i);
    }
    free(a);
    return s;
}

struct node {
    struct node *next;
    int value;
};

static __attribute__((noinline)) long consume(struct node *list) {
    long s = 0;
    for (struct node *next; list; list = next) {
        next = list->next;
        s = s * 3 % 1000003 + list->value;
        free(list);
    }
    return s;
}

static __attribute__((noinline)) long slides(int n) {
    // One pass of a derived pointer over an object that moves under it: `p += fresh - old`.
    char *old = malloc(64), *p = old + 10;
    long s = 0;
    for (int i = 0; i < n; i++) {
        *p = (char)i;
        char *fresh = realloc(old, (size_t)64 + (size_t)i % 5 * 64);
        p += fresh - old;
        old = fresh;
        s += *p;
    }
    free(old);
    return s;
}

int main(int argc, char **argv) {
    (void)argv;
    int n = 5000 * argc;
    struct node *list = NULL;
    for (int i = 0; i < n; i++) {
        struct node *node = malloc(sizeof *node);
        *node = (struct node){list, i};
        list = node;
    }
    printf("%ld %ld %ld %ld\n", growing(n), renewed(n), consume(list), slides(n));
    return 0;
}
