// %n is to be stored into a constant.
// expect: write-to-constant
#include <stdio.h>
#include <string.h>

static char out[4096];
static const int constant = 7;

int main(int argc, char **argv) {
    (void)argv;
    const char *volatile format = "12%n34";
    puts("before");
    snprintf(out, sizeof out, format, (int *)&constant); // BAD
    printf("after %s %d\n", out, argc + *(const volatile int *)&constant);
    return 0;
}
