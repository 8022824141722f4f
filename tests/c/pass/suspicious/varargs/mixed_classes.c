// Ints, doubles, pointers, long doubles, 128-bit ints and structs, each read with the type that was passed.
#include <stdarg.h>
#include <stdio.h>

struct two { long a, b; };
struct big { int v[9]; };
static __attribute__((noinline)) void show(const char *kinds, ...) {
    va_list ap;
    va_start(ap, kinds);
    for (; *kinds; kinds++) switch (*kinds) {
        case 'i': printf("%d ", va_arg(ap, int)); break;
        case 'd': printf("%g ", va_arg(ap, double)); break;
        case 's': printf("%s ", va_arg(ap, char *)); break;
        case 'L': printf("%Lg ", va_arg(ap, long double)); break;
        case 'q': printf("%ld ", (long)(va_arg(ap, __int128) >> 64)); break;
        case 't': { struct two t = va_arg(ap, struct two); printf("%ld+%ld ", t.a, t.b); break; }
        case 'b': { struct big b = va_arg(ap, struct big); printf("%d-%d ", b.v[0], b.v[8]); break; }
    }
    putchar('\n');
    va_end(ap);
}

int main(void) {
    struct two t = {1, 2};
    struct big b = {{7, 0, 0, 0, 0, 0, 0, 0, 8}};
    show("idsLtb", 1, 2.5, "x", 3.5L, t, b);
    show("qtiqtdbsi", (__int128)5 << 64, t, 3, (__int128)6 << 64, t, 9.5, b, "end", 4);
    show("");
    return 0;
}
