// Null is compared, subtracted, moved by zero and passed with length zero, but not followed.
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) int sum(const int *a, size_t n) { int s = 0; for (const int *p = a; p != a + n; p++) s += *p; return s; }

int main(int argc, char **argv) {
    (void)argv;
    int *volatile null = NULL, x = argc;
    printf("%d %d %d\n", sum(null, 0), null == NULL, null ? *null : x);
    int *p = argc > 5 ? null : &x;
    printf("%d %d\n", *p, !null || *null);
    return 0;
}
