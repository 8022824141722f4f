// A pointer is moved by 3 GiB and stored; where it is used, nothing but its own bits says where it came from.
// expect: heap-out-of-bounds
// args: 3221225472
#include <stdio.h>
#include <stdlib.h>

static char *volatile stored;

static __attribute__((noinline)) int get(void) {
    return *stored; // BAD
}

int main(int argc, char **argv) {
    (void)argc;
    char *p = malloc(64);
    p[0] = 1;
    stored = p + atol(argv[1]);
    puts("before");
    printf("after %d\n", get());
    free(p);
    return 0;
}
