// Functions given the empty string in the last byte of a block.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void) {
    char *p = malloc(4), *e = p + 3;
    memcpy(p, "abc", 4);
    printf("%zu %d %d %d\n", strlen(e), strcmp(e, ""), strchr(e, 'a') == NULL, strchr(e, 0) == e);
    printf("%d %d %d %d\n", strstr(p, e) == p, strstr(e, "a") == NULL, atoi(e), strpbrk(e, "abc") == NULL);
    printf("%zu %zu %d\n", strspn(e, p), strcspn(p, e), strrchr(p, 0) == e);
    free(p);
    return 0;
}
