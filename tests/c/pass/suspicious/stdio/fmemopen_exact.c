// A stream over a block of memory reads to its last byte and no further, without a zero after it.
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void) {
    char *p = malloc(7);
    memcpy(p, "12 34 5", 7);
    FILE *f = fmemopen(p, 7, "r");
    int x, s = 0;
    while (fscanf(f, "%d", &x) == 1) s = s * 100 + x;
    printf("%d %d\n", s, feof(f) != 0);
    fclose(f);
    free(p);
    return 0;
}
