// One more long double argument is read than was passed.
// expect: varargs-out-of-bounds
#include <stdarg.h>
#include <stdio.h>

static __attribute__((noinline)) long double sum(int n, ...) {
    long double total = 0;
    va_list ap;
    va_start(ap, n);
    for (int i = 0; i < n; i++) {
        total += va_arg(ap, long double); // BAD
    }
    va_end(ap);
    return total;
}

int main(int argc, char **argv) {
    (void)argv;
    puts("before");
    printf("after %Lg\n", sum(argc + 1, 1.5L));
    return 0;
}
