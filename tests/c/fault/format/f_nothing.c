// %f is given nothing.
// expect: libc-misuse
#include <stdio.h>
#include <string.h>

static char out[4096];

int main(int argc, char **argv) {
    (void)argv;
    const char *volatile format = "%f";
    puts("before");
    snprintf(out, sizeof out, format); // BAD
    printf("after %s %d\n", out, argc);
    return 0;
}
