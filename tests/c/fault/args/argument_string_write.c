// An argument's text is made longer in place.
// expect: arguments-out-of-bounds
// args: word -tail
#include <stdio.h>
#include <string.h>

static __attribute__((noinline)) void append(char *s, const char *more) {
    strcat(s, more); // BAD
}

int main(int argc, char **argv) {
    (void)argc;
    puts("before");
    append(argv[1], argv[2]);
    printf("after %s\n", argv[1]);
    return 0;
}
