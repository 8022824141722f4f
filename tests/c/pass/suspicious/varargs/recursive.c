// A variadic function calls itself with other arguments while its own list is open.
#include <stdarg.h>
#include <stdio.h>

static __attribute__((noinline)) int deep(int n, ...) {
    va_list ap;
    va_start(ap, n);
    int a = va_arg(ap, int);
    int r = n > 0 ? deep(n - 1, a + n, (double)n, "x") : 0;
    double d = va_arg(ap, double);
    const char *s = va_arg(ap, const char *);
    va_end(ap);
    return r * 2 + a + (int)d + *s % 5;
}

int main(void) {
    printf("%d\n", deep(12, 1, 2.5, "abc"));
    return 0;
}
