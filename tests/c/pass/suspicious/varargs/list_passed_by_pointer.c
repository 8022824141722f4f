// A va_list goes down by pointer; each callee takes some, and the caller goes on where they stopped.
#include <stdarg.h>
#include <stdio.h>

static __attribute__((noinline)) int take(va_list *ap, int n) { int s = 0; while (n-- > 0) s += va_arg(*ap, int); return s; }
static __attribute__((noinline)) void all(int n, ...) {
    va_list ap;
    va_start(ap, n);
    for (int i = 1; i <= n; i++) printf("%d ", take(&ap, i));
    printf("%s\n", va_arg(ap, const char *));
    va_end(ap);
}

int main(void) {
    all(3, 1, 2, 3, 4, 5, 6, "end");
    all(0, "none");
    return 0;
}
