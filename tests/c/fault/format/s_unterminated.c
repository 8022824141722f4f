// %s meets an array without a terminating zero.
// expect: stack-out-of-bounds
#include <stdio.h>
#include <string.h>

static char out[4096];

int main(int argc, char **argv) {
    (void)argv;
    const char *volatile format = "%s";
    char text[8];
    memset(text, 'a' + argc, sizeof text);
    puts("before");
    snprintf(out, sizeof out, format, text); // BAD
    printf("after %s %d\n", out, argc);
    return 0;
}
