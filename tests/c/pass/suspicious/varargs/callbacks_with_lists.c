// A logger keeps a va_list-taking function in a pointer, and several lists are open at once.
#include <stdarg.h>
#include <stdio.h>

static int to_text(char *b, size_t n, const char *f, va_list ap) { return vsnprintf(b, n, f, ap); }
static int count_only(char *b, size_t n, const char *f, va_list ap) { (void)n; (void)f; return snprintf(b, 8, "%d", va_arg(ap, int)); }
static int (*sink)(char *, size_t, const char *, va_list) = to_text;
static __attribute__((noinline)) int write_log(const char *f, ...) {
    char b[40];
    va_list ap;
    va_start(ap, f);
    int n = sink(b, sizeof b, f, ap);
    va_end(ap);
    printf("%d %s\n", n, b);
    return n;
}

int main(void) {
    int n = write_log("%d %s %.1f", 1, "two", 3.0);
    sink = count_only;
    write_log("%d", n);
    return 0;
}
