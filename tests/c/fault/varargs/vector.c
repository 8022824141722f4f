// One more vector is read than was passed.
// expect: varargs-out-of-bounds
#include <stdarg.h>
#include <stdio.h>

typedef int four __attribute__((vector_size(16)));

static __attribute__((noinline)) int sum(int n, ...) {
    four total = {0};
    va_list ap;
    va_start(ap, n);
    for (int i = 0; i < n; i++) {
        total += va_arg(ap, four); // BAD
    }
    va_end(ap);
    return total[3];
}

int main(int argc, char **argv) {
    (void)argv;
    puts("before");
    printf("after %d\n", sum(argc + 1, (four){argc, 2, 3, 4}));
    return 0;
}
