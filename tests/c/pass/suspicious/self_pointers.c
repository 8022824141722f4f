// Pointers into oneself and to one's frame: stacks of frames linked through locals, self-referential statics, arrays of ends.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct frame { struct frame *up; int v; };
static __attribute__((noinline)) int walk(const struct frame *f) { int s = 0; for (; f; f = f->up) s += f->v; return s; }
static __attribute__((noinline)) int nest(struct frame *up, int n) { struct frame me = {up, n}; return n == 0 ? walk(&me) : nest(&me, n - 1); }
struct sb { char *cur, *end; char buf[24]; };
static void sb_init(struct sb *s) { s->cur = s->buf; s->end = s->buf + sizeof s->buf; }
static int sb_add(struct sb *s, const char *t) { size_t n = strlen(t); if ((size_t)(s->end - s->cur) <= n) return 0; memcpy(s->cur, t, n + 1); s->cur += n; return 1; }
static __attribute__((noinline)) void set(int **out, int *v) { *out = v; }
static __attribute__((noinline)) char *skip(char *s) { while (*s == ' ') s++; return s; }
static __attribute__((noinline)) const char *ends(const char *s, const char *suffix) { size_t a = strlen(s), b = strlen(suffix); return a >= b && !strcmp(s + a - b, suffix) ? s + a - b : NULL; }

int main(void) {
    printf("%d\n", nest(NULL, 100));
    struct sb s;
    sb_init(&s);
    int n = 0;
    while (sb_add(&s, "chunk,")) n++;
    printf("%d %s\n", n, s.buf);
    struct sb *h = malloc(sizeof *h);
    sb_init(h);
    sb_add(h, "heap");
    struct sb *moved = malloc(sizeof *moved);
    memcpy(moved, h, sizeof *h);
    moved->cur = moved->buf + (h->cur - h->buf);
    moved->end = moved->buf + (h->end - h->buf);
    free(h);
    printf("%d %s\n", sb_add(moved, "+more"), moved->buf);
    free(moved);
    int local = 3, *p;
    for (int i = 0; i < 1000; i++) { int inner = i; set(&p, i % 2 ? &inner : &local); *p += 1; }
    printf("%d\n", local);
    char text[] = "   trimmed.c";
    printf("%s %s\n", skip(text), ends(text, ".c"));
    int *q = &(int){5};
    *q += 2;
    printf("%d %d\n", *q, *(&(struct { int a, b; }){1, 9}.b));
    return 0;
}
