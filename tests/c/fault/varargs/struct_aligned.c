// One more struct, aligned to 16 bytes, is read than was passed.
// expect: varargs-out-of-bounds
#include <stdarg.h>
#include <stdio.h>

struct __attribute__((aligned(16))) two { long a, b; };

static __attribute__((noinline)) long sum(int n, ...) {
    long total = 0;
    va_list ap;
    va_start(ap, n);
    for (int i = 0; i < n; i++) {
        total += va_arg(ap, struct two).b; // BAD
    }
    va_end(ap);
    return total;
}

int main(int argc, char **argv) {
    (void)argv;
    puts("before");
    printf("after %ld\n", sum(argc + 1, (struct two){argc, 2}));
    return 0;
}
