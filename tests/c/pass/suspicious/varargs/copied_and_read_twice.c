// va_copy in the middle of a list: both copies are read to the end, independently.
#include <stdarg.h>
#include <stdio.h>

static __attribute__((noinline)) void twice(int n, ...) {
    va_list a, b;
    va_start(a, n);
    int s = va_arg(a, int), t = s;
    va_copy(b, a);
    for (int i = 1; i < n; i++) s = s * 3 + va_arg(a, int);
    for (int i = 1; i < n; i++) t = t * 3 + va_arg(b, int);
    printf("%d %d\n", s, t);
    va_end(b);
    va_end(a);
}

int main(void) {
    twice(4, 1, 2, 3, 4);
    twice(9, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    return 0;
}
