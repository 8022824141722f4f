// Variadic functions of ours: every class of argument, va_copy, a va_list passed on, more than the registers hold.
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct small { int a; float b; };
struct two { long a; double b; };
struct big { int v[10]; };
struct hfa { double x, y; };

static void walk(const char *spec, va_list ap) {
    for (; *spec; spec++) switch (*spec) {
        case 'i': printf("%d ", va_arg(ap, int)); break;
        case 'l': printf("%ld ", va_arg(ap, long)); break;
        case 'd': printf("%g ", va_arg(ap, double)); break;
        case 'D': printf("%Lg ", va_arg(ap, long double)); break;
        case 's': printf("%s ", va_arg(ap, const char *)); break;
        case 'c': printf("%c ", va_arg(ap, int)); break;
        case 'S': { struct small s = va_arg(ap, struct small); printf("{%d %g} ", s.a, (double)s.b); break; }
        case 'T': { struct two t = va_arg(ap, struct two); printf("{%ld %g} ", t.a, t.b); break; }
        case 'H': { struct hfa h = va_arg(ap, struct hfa); printf("{%g %g} ", h.x, h.y); break; }
        case 'B': { struct big b = va_arg(ap, struct big); printf("{%d..%d} ", b.v[0], b.v[9]); break; }
        case 'x': { unsigned __int128 v = va_arg(ap, unsigned __int128); printf("%llx:%llx ", (unsigned long long)(v >> 64), (unsigned long long)v); break; }
        case 'f': printf("%d ", va_arg(ap, int (*)(int))(5)); break;
    }
}

static __attribute__((noinline)) void show(const char *spec, ...) {
    va_list ap, again;
    va_start(ap, spec);
    va_copy(again, ap);
    walk(spec, ap);
    printf("| ");
    walk(spec, again);
    va_end(again);
    va_end(ap);
    printf("\n");
}

static __attribute__((noinline)) long named(int a, double b, long c, ...) {
    va_list ap;
    va_start(ap, c);
    long total = a + (long)b + c;
    for (long i = 0; i < c; i++) total = total * 3 + va_arg(ap, int);
    va_end(ap);
    return total;
}

static void next(va_list *ap, int n) { while (n--) printf("%d,", va_arg(*ap, int)); }

static void shared(int n, ...) {
    va_list ap;
    va_start(ap, n);
    next(&ap, n / 2);
    next(&ap, n - n / 2);
    va_end(ap);
    printf("\n");
}

static int format(char *buf, size_t n, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    int r = vsnprintf(buf, n, fmt, ap);
    va_end(ap);
    return r;
}

static int twice(int x) { return 2 * x; }
static int reused(const char *spec, ...) { /* starts over and reads only some */
    va_list ap;
    int total = 0;
    for (int k = 0; k < 3; k++) {
        va_start(ap, spec);
        for (const char *s = spec; *s && s < spec + k + 1; s++) total = total * 10 + va_arg(ap, int);
        va_end(ap);
    }
    return total;
}

int main(void) {
    struct big b = {{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}};
    show("iiiiiiiiii", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    show("dddddddddd", 1., 2., 3., 4., 5., 6., 7., 8., 9., 10.);
    show("idididididididididid", 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5, 6, 6.5, 7, 7.5, 8, 8.5, 9, 9.5, 10, 10.5);
    show("slcDs", "text", -7L, 'q', 1.25L, "end");
    show("STHB", (struct small){1, 2.5f}, (struct two){3, 4.5}, (struct hfa){5, 6}, b);
    show("iiiiSTiH", 1, 2, 3, 4, (struct small){5, 6}, (struct two){7, 8}, 9, (struct hfa){1, 2});
    show("iiiiiTi", 1, 2, 3, 4, 5, (struct two){6, 7}, 8);
    show("xix", (unsigned __int128)1 << 100, 3, (unsigned __int128)7);
    show("iiiixd", 1, 2, 3, 4, ((unsigned __int128)5 << 64) | 6, 7.5);
    show("dddddddHdD", 1., 2., 3., 4., 5., 6., 7., (struct hfa){8, 9}, 10., 11.L);
    show("fsB", twice, "fn", b);
    show("");
    printf("%ld\n", named(1, 2.9, 6, 10, 20, 30, 40, 50, 60));
    shared(9, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    char buf[32];
    printf("%d %s\n", format(buf, sizeof buf, "%s-%05d-%.2f-%c", "abc", 42, 3.14159, 'z'), buf);
    printf("%d %s\n", format(buf, 8, "%s", "longer than eight"), buf);
    printf("%d\n", reused("abc", 1, 2, 3));
    return 0;
}
