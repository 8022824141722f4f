// A list of strings ends with a null pointer; nothing is read after it, though more was passed.
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static __attribute__((noinline)) size_t total(const char *first, ...) {
    va_list ap;
    size_t n = 0;
    va_start(ap, first);
    for (const char *s = first; s; s = va_arg(ap, const char *)) n += strlen(s);
    va_end(ap);
    return n;
}

int main(void) {
    printf("%zu %zu\n", total("one", "three", (char *)0), total((char *)0));
    printf("%zu\n", total("a", "b", "c", "d", "e", "f", "g", (char *)0, "after"));
    return 0;
}
