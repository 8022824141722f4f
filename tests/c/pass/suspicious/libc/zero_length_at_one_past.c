// Lengths of zero at one-past-the-end: memcpy, memmove, memset, memcmp, memchr, strncmp, fwrite.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void) {
    char *p = malloc(3), *end = p + 3;
    volatile size_t none = 0;
    memcpy(p, "abc", 3);
    memcpy(end, p, none);
    memcpy(p, end, none);
    memmove(end, end, none);
    memset(end, 1, none);
    printf("%d %d %d ", memcmp(end, p, none), memchr(end, 'a', none) == NULL, strncmp(end, p, none));
    printf("%zu %.3s\n", fwrite(end, 1, none, stdout), p);
    free(p);
    return 0;
}
