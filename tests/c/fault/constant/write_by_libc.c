// A libc function writes into a string literal.
// expect: write-to-constant
// args: x
#include <stdio.h>
#include <string.h>

static __attribute__((noinline)) void clear(char *s, size_t n) {
    memset(s, '-', n); // BAD
}

int main(int argc, char **argv) {
    char *s = argc > 1 ? (char *)"some text here" : argv[0];
    puts("before");
    clear(s, strlen(s));
    printf("after %s\n", s);
    return 0;
}
