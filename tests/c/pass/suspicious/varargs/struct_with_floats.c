// Structs that travel in vector registers, in both kinds and on the stack, read with their own types.
#include <stdarg.h>
#include <stdio.h>

struct f2 { float x, y; };
struct mixed { double d; int i; };
struct d3 { double a, b, c; };
static __attribute__((noinline)) double all(int n, ...) {
    va_list ap;
    double s = 0;
    va_start(ap, n);
    for (int i = 0; i < n; i++) {
        struct f2 f = va_arg(ap, struct f2);
        struct mixed m = va_arg(ap, struct mixed);
        struct d3 d = va_arg(ap, struct d3);
        s = s * 2 + f.x + f.y + m.d * m.i + d.c;
    }
    va_end(ap);
    return s;
}

int main(void) {
    struct f2 f = {1, 2};
    struct mixed m = {0.5, 6};
    struct d3 d = {1, 2, 3};
    printf("%g %g\n", all(1, f, m, d), all(5, f, m, d, f, m, d, f, m, d, f, m, d, f, m, d));
    return 0;
}
