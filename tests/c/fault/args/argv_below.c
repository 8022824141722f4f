// argv is read one element before its start.
// expect: arguments-out-of-bounds
#include <stdio.h>

static __attribute__((noinline)) const char *get(char **v, int i) {
    return v[i]; // BAD
}

int main(int argc, char **argv) {
    puts("before");
    printf("after %d\n", get(argv, -argc) != NULL);
    return 0;
}
