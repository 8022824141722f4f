// Elements of 1, 3, 12 and 17 bytes are sorted; the last one ends with its object.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int order(const void *a, const void *b) { return *(const unsigned char *)a - *(const unsigned char *)b; }

int main(void) {
    static const size_t sizes[] = {1, 3, 12, 17};
    for (int k = 0; k < 4; k++) {
        size_t size = sizes[k];
        unsigned char *p = malloc(9 * size);
        for (size_t i = 0; i < 9; i++) memset(p + i * size, (int)(i * 5 % 9), size);
        qsort(p, 9, size, order);
        for (size_t i = 0; i < 9; i++) printf("%d%d ", p[i * size], p[i * size + size - 1]);
        putchar('\n');
        free(p);
    }
    return 0;
}
