// One more int is read than was passed, before a long double, which is passed on the stack.
// expect: varargs-out-of-bounds
#include <stdarg.h>
#include <stdio.h>

static __attribute__((noinline)) int sum(int n, ...) {
    int total = 0;
    va_list ap;
    va_start(ap, n);
    for (int i = 0; i < n; i++) {
        total += va_arg(ap, int); // BAD
    }
    va_end(ap);
    return total;
}

int main(int argc, char **argv) {
    (void)argv;
    puts("before");
    printf("after %d\n", sum(argc + 2, 1, 2, 1.5L));
    return 0;
}
