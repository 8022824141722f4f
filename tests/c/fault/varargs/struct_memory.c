// One more large struct argument is read than was passed.
// expect: varargs-out-of-bounds
#include <stdarg.h>
#include <stdio.h>

struct big { long v[5]; };

static __attribute__((noinline)) long sum(int n, ...) {
    long total = 0;
    va_list ap;
    va_start(ap, n);
    for (int i = 0; i < n; i++) {
        total += va_arg(ap, struct big).v[4]; // BAD
    }
    va_end(ap);
    return total;
}

int main(int argc, char **argv) {
    (void)argv;
    puts("before");
    printf("after %ld\n", sum(argc + 1, (struct big){{1, 2, 3, 4, 5}}));
    return 0;
}
