// Requests that cannot be met give null, and the old block of a failed realloc stays as it was.
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv) {
    (void)argv;
    size_t huge = SIZE_MAX / 2 + 1 + (size_t)argc;
    char *volatile p = strdup("kept");
    errno = 0;
    void *volatile q = realloc(p, huge);
    printf("%d %d\n", q == NULL, errno == ENOMEM);
    void *volatile r = calloc(huge, 2);
    printf("%d\n", r == NULL);
    puts(p);
    free(p);
    return 0;
}
