// realloc of a null pointer allocates, and free of a null pointer does nothing.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static __attribute__((noinline)) char *append(char *s, const char *tail) {
    size_t old = s ? strlen(s) : 0;
    s = realloc(s, old + strlen(tail) + 1);
    return strcpy(s + old, tail) - old;
}

int main(void) {
    char *s = NULL;
    free(s);
    for (int i = 0; i < 5; i++) s = append(s, "ab-");
    puts(s);
    free(s);
    s = NULL;
    free(s);
    return 0;
}
