// The value of an environment variable is read past its end.
// expect: arguments-out-of-bounds
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static __attribute__((noinline)) int get(const char *s, size_t i) {
    return s[i]; // BAD
}

int main(int argc, char **argv) {
    (void)argv;
    const char *home = getenv("HOME");
    if (!home) return 1;
    puts("before");
    printf("after %d\n", get(home, strlen(home) + (size_t)argc));
    return 0;
}
