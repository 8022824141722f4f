// strncpy fills a field to its last byte and writes no zero; only strnlen and memcmp look at it.
#include <stdio.h>
#include <string.h>

int main(void) {
    struct { char name[8]; char after; } r = {"", '!'};
    const char *words[] = {"", "short", "exactly8", "much too long"};
    for (int i = 0; i < 4; i++) {
        strncpy(r.name, words[i], sizeof r.name);
        printf("%zu %.8s %c %d\n", strnlen(r.name, sizeof r.name), r.name, r.after, strncmp(r.name, words[i], 8));
    }
    return 0;
}
