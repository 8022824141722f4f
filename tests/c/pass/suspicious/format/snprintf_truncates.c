// snprintf cut off at every size, 0 and 1 included, into buffers of exactly that size.
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    for (size_t n = 0; n <= 8; n++) {
        char *b = malloc(n);
        int r = snprintf(b, n, "%s%d", "abc", 1234);
        printf("%zu %d %.*s\n", n, r, n ? (int)n - 1 : 0, n ? b : "");
        free(b);
    }
    return 0;
}
