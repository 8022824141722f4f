// One list is started, ended and started again in the same call.
#include <stdarg.h>
#include <stdio.h>

static __attribute__((noinline)) int most(int n, ...) {
    va_list ap;
    int best = 0, sum = 0;
    va_start(ap, n);
    for (int i = 0; i < n; i++) { int x = va_arg(ap, int); if (x > best) best = x; }
    va_end(ap);
    va_start(ap, n);
    for (int i = 0; i < n; i++) sum += va_arg(ap, int) == best;
    va_end(ap);
    return best * 10 + sum;
}

int main(void) {
    printf("%d %d\n", most(3, 4, 9, 9), most(8, 1, 2, 3, 4, 5, 6, 7, 8));
    return 0;
}
