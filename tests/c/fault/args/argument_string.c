// An argument's text is read one byte past its terminating zero.
// expect: arguments-out-of-bounds
// args: word next
#include <stdio.h>
#include <string.h>

static __attribute__((noinline)) int get(const char *s, size_t i) {
    return s[i]; // BAD
}

int main(int argc, char **argv) {
    (void)argc;
    puts("before");
    printf("after %d\n", get(argv[1], strlen(argv[1]) + 1));
    return 0;
}
