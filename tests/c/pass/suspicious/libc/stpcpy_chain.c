// stpcpy returns the zero's place: pieces are joined to fill the buffer to the last byte.
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void) {
    char *b = malloc(13), *p = b;
    p = stpcpy(p, "four");
    p = stpncpy(p, "more", 4);
    p = mempcpy(p, "last", 5);
    printf("%s %td\n", b, p - b);
    free(b);
    return 0;
}
