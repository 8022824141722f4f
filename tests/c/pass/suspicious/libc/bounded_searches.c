// memchr and strnlen with bounds larger than the object, where the sought byte lies within.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void) {
    char *p = malloc(6);
    memcpy(p, "word\n", 6);
    volatile size_t bound = 6;
    printf("%td %zu %d\n", (char *)memchr(p, '\n', bound) - p, strnlen(p, bound), strncmp(p, "word", 1000) > 0);
    printf("%d %d\n", strncmp(p, "wore", 400) < 0, strncasecmp(p, "WORD\n", 99));
    free(p);
    return 0;
}
