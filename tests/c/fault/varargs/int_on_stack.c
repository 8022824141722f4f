// One more integer argument (the sixth and later go by the stack) is read than was passed.
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
    printf("after %d\n", sum(argc + 8, 1, 2, 3, 4, 5, 6, 7, 8));
    return 0;
}
