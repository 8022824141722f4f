// An int is read as unsigned and a char pointer as void pointer: the standard lets one do so.
#include <stdarg.h>
#include <stdio.h>

static __attribute__((noinline)) void read_all(int n, ...) {
    va_list ap;
    va_start(ap, n);
    unsigned u = va_arg(ap, unsigned);
    long l = va_arg(ap, long);
    void *v = va_arg(ap, void *);
    printf("%u %ld %s %d\n", u, l, (char *)v, n);
    va_end(ap);
}

int main(void) {
    char text[] = "text";
    read_all(1, 7, 8ul, text);
    return 0;
}
