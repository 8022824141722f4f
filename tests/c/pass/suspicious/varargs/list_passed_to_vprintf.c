// A wrapper gives its list to vsnprintf twice: once for the length, once for the text of exactly that length.
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) char *format(const char *f, ...) {
    va_list a, b;
    va_start(a, f);
    va_copy(b, a);
    int n = vsnprintf(NULL, 0, f, a);
    char *s = malloc((size_t)n + 1);
    vsnprintf(s, (size_t)n + 1, f, b);
    va_end(b);
    va_end(a);
    return s;
}

int main(void) {
    char *s = format("%d-%s-%5.2f-%c", 42, "text", 3.14159, 'z'), *e = format("%s", "");
    printf("%s [%s]\n", s, e);
    free(s);
    free(e);
    return 0;
}
