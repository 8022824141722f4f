// As many doubles as are given are read, from one to eleven: eight in registers, the rest on the stack.
#include <stdarg.h>
#include <stdio.h>

static __attribute__((noinline)) double sum(int n, ...) {
    va_list ap;
    va_start(ap, n);
    double s = 0;
    while (n-- > 0) s = s * 2 + va_arg(ap, double);
    va_end(ap);
    return s;
}

int main(void) {
    printf("%g %g\n", sum(1, 0.5), sum(8, 1., 2., 3., 4., 5., 6., 7., 8.));
    printf("%g\n", sum(11, 1., 2., 3., 4., 5., 6., 7., 8., 9., 10., 11.));
    return 0;
}
