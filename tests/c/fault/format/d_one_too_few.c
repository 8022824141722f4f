// The third %d has no argument left.
// expect: libc-misuse
#include <stdio.h>
#include <string.h>

static char out[4096];

int main(int argc, char **argv) {
    (void)argv;
    const char *volatile format = "%d %d %d";
    puts("before");
    snprintf(out, sizeof out, format, argc, 2); // BAD
    printf("after %s %d\n", out, argc);
    return 0;
}
