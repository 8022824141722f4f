// Literals may share their tails; they are only read and compared, to their last zero byte.
#include <stdio.h>
#include <string.h>

static __attribute__((noinline)) size_t bytes(const char *s) { const char *p = s; while (*p++) {} return (size_t)(p - s); }

int main(void) {
    const char *a = "international", *b = "national", *c = "";
    printf("%zu %zu %zu %d %d\n", bytes(a), bytes(b), bytes(c), strcmp(a + 5, b), a[strlen(a)]);
    return 0;
}
