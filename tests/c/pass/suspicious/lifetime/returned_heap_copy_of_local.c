// A function returns a copy of its local on the heap, and the local's address dies with the call.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static __attribute__((noinline)) char *greeting(const char *name) {
    char text[32], *p = text;
    p += sprintf(p, "hello, %s", name);
    return memcpy(malloc((size_t)(p - text) + 1), text, (size_t)(p - text) + 1);
}

int main(void) {
    char *a = greeting("Ann"), *b = greeting("Bob");
    printf("%s; %s\n", a, b);
    free(a);
    free(b);
    return 0;
}
