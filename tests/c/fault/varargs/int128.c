// One more __int128 is read than was passed.
// expect: varargs-out-of-bounds
#include <stdarg.h>
#include <stdio.h>

static __attribute__((noinline)) __int128 sum(int n, ...) {
    __int128 total = 0;
    va_list ap;
    va_start(ap, n);
    for (int i = 0; i < n; i++) {
        total += va_arg(ap, __int128); // BAD
    }
    va_end(ap);
    return total;
}

int main(int argc, char **argv) {
    (void)argv;
    puts("before");
    printf("after %d\n", (int)sum(argc + 1, (__int128)argc));
    return 0;
}
