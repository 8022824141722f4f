// The pointer given out lies inside the block, behind a length; free gets the block's start again.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct head { unsigned length, capacity; };
static struct head *head(char *s) { return (struct head *)s - 1; }
static char *make(const char *text) {
    unsigned n = (unsigned)strlen(text);
    struct head *h = malloc(sizeof *h + n + 1);
    h->length = h->capacity = n;
    return memcpy(h + 1, text, n + 1);
}
static char *join(char *s, const char *tail) {
    unsigned n = (unsigned)strlen(tail), total = head(s)->length + n;
    struct head *h = realloc(head(s), sizeof *h + total + 1);
    s = (char *)(h + 1);
    memcpy(s + h->length, tail, n + 1);
    h->length = h->capacity = total;
    return s;
}

int main(void) {
    char *s = make("one");
    for (int i = 0; i < 6; i++) s = join(s, ", and one more");
    printf("%u %zu %s\n", head(s)->length, strlen(s), s);
    free(head(s));
    return 0;
}
