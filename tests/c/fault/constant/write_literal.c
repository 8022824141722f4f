// A string literal is written.
// expect: write-to-constant
// args: x
#include <stdio.h>

static __attribute__((noinline)) void capitalize(char *s) {
    s[0] = 'X'; // BAD
}

int main(int argc, char **argv) {
    char *s = argc > 1 ? (char *)"a literal" : argv[0];
    puts("before");
    capitalize(s);
    printf("after %s\n", s);
    return 0;
}
