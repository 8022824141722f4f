// argv is read past its terminating null pointer.
// expect: arguments-out-of-bounds
// args: one two
#include <stdio.h>

static __attribute__((noinline)) const char *get(char **v, int i) {
    return v[i]; // BAD
}

int main(int argc, char **argv) {
    puts("before");
    printf("after %d\n", get(argv, argc + 1) != NULL);
    return 0;
}
