// As many ints as are given are read, from one to twelve: past the registers, and not one more.
#include <stdarg.h>
#include <stdio.h>

static __attribute__((noinline)) int sum(int n, ...) {
    va_list ap;
    va_start(ap, n);
    int s = 0;
    while (n-- > 0) s = s * 2 + va_arg(ap, int);
    va_end(ap);
    return s;
}

int main(void) {
    printf("%d %d %d\n", sum(0), sum(1, 9), sum(5, 1, 2, 3, 4, 5));
    printf("%d %d\n", sum(6, 1, 2, 3, 4, 5, 6), sum(12, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12));
    return 0;
}
