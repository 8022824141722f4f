// Fewer arguments are read than were passed, of every class.
#include <stdarg.h>
#include <stdio.h>

static __attribute__((noinline)) int first(int n, ...) {
    va_list ap;
    va_start(ap, n);
    int x = va_arg(ap, int);
    va_end(ap);
    return x + n;
}

int main(void) {
    struct { int a[8]; } big = {{1}};
    printf("%d %d\n", first(1, 2, 3.5, "x", big), first(1, 5));
    printf("%d\n", first(2, 3, 4L, 5.0L, big, big), 7, "unused");
    return 0;
}
