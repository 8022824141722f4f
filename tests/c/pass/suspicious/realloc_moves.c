// `p += new - old` after realloc, realloc chains, growing and shrinking, realloc of NULL, contents kept.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct stack { int *base, *top, *limit; };
static void grow(struct stack *s) {
    size_t cap = (size_t)(s->limit - s->base);
    int *old = s->base, *fresh = realloc(old, cap * 2 * sizeof *fresh);
    s->top += fresh - old; /* the old trick */
    s->limit = fresh + cap * 2;
    s->base = fresh;
}
static __attribute__((noinline)) void rebase(char **p, char *from, char *to) { *p = *p + (to - from); }

int main(void) {
    struct stack s;
    s.base = s.top = malloc(4 * sizeof(int));
    s.limit = s.base + 4;
    for (int i = 0; i < 100000; i++) { if (s.top == s.limit) grow(&s); *s.top++ = i; }
    long total = 0;
    for (int *p = s.base; p < s.top; p++) total += *p;
    printf("%ld %td\n", total, s.top - s.base);
    free(s.base);
    char *b = malloc(10), *cursor = b + 4;
    strcpy(b, "abcdefghi");
    char *n = realloc(b, 100000);
    rebase(&cursor, b, n);
    printf("%s %s\n", n, cursor);
    uintptr_t delta = (uintptr_t)n - (uintptr_t)b;
    char *again = (char *)((uintptr_t)b + 2 + delta);
    printf("%s\n", again);
    n = realloc(n, 5);
    printf("%.5s\n", n);
    n = realloc(n, 50);
    printf("%.5s\n", n);
    free(n);
    char *text = NULL;
    size_t len = 0;
    for (int i = 0; i < 3000; i++) { text = realloc(text, len + 2); text[len++] = (char)('a' + i % 26); text[len] = 0; }
    printf("%zu %s\n", strlen(text), text + 2990);
    for (size_t k = len; k > 10; k /= 2) { text = realloc(text, k + 1); text[k] = 0; }
    puts(text);
    free(text);
    int *z = calloc(100, sizeof *z), *y = reallocarray(NULL, 10, 4);
    int nz = 0;
    for (int i = 0; i < 100; i++) nz |= z[i];
    printf("%d %d\n", nz, y != NULL);
    free(z); free(y);
    return 0;
}
