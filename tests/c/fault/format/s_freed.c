// %s is given a string that was freed.
// expect: use-after-free
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char out[4096];

int main(int argc, char **argv) {
    (void)argv;
    const char *volatile format = "%s";
    char *text = strdup("freed");
    text[0] = (char)('a' + argc);
    free(text);
    puts("before");
    snprintf(out, sizeof out, format, text); // BAD
    printf("after %s %d\n", out, argc);
    return 0;
}
