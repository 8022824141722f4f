// Strings are duplicated from their middles and ends, the empty tail included, and exactly their bytes are used.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void) {
    const char *word = "sesquipedalian";
    size_t total = 0;
    for (const char *p = word;; p += 3) {
        if (p > word + strlen(word)) break;
        char *a = strdup(p), *b = strndup(p, 2);
        total += strlen(a) * 10 + strlen(b);
        printf("%s|%s\n", a, b);
        free(a);
        free(b);
    }
    char *empty = strdup(word + strlen(word));
    printf("%zu %d\n", total, empty[0]);
    free(empty);
    return 0;
}
