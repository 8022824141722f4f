// realloc to the size that the block has, over and over, with the result used each time.
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    unsigned *p = calloc(3, sizeof *p);
    for (unsigned i = 0; i < 1000; i++) {
        p = realloc(p, 3 * sizeof *p);
        p[i % 3] += i;
    }
    printf("%u %u %u\n", p[0], p[1], p[2]);
    free(p);
    return 0;
}
