// One more double is read than was passed, where so many ints were passed that the last ones lie on the stack.
// expect: varargs-out-of-bounds
#include <stdarg.h>
#include <stdio.h>

static __attribute__((noinline)) double sum(int n, ...) {
    double total = 0;
    va_list ap;
    va_start(ap, n);
    for (int i = 0; i < n; i++) {
        total += va_arg(ap, double); // BAD
    }
    va_end(ap);
    return total;
}

int main(int argc, char **argv) {
    (void)argv;
    puts("before");
    printf("after %g\n", sum(argc + 2, 1, 2, 1.5, 3, 4, 5, 6, 7, 2.5, 8));
    return 0;
}
