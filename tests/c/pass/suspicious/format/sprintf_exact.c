// sprintf into buffers that hold the text and its zero exactly.
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    for (int n = 1; n < 1000000; n *= 7) {
        char *b = malloc((size_t)snprintf(NULL, 0, "%d:%x", n, n) + 1);
        int r = sprintf(b, "%d:%x", n, n);
        printf("%d %s\n", r, b);
        free(b);
    }
    return 0;
}
