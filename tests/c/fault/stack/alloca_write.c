// Memory from alloca is written past its end.
// expect: stack-out-of-bounds
// args: 24
#include <alloca.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static __attribute__((noinline)) void put(char *p, size_t i) {
    p[i] = 'x'; // BAD
}

int main(int argc, char **argv) {
    (void)argc;
    size_t n = (size_t)atol(argv[1]);
    char *p = alloca(n);
    memset(p, 'a', n);
    puts("before");
    put(p, n);
    printf("after %c\n", p[0]);
    return 0;
}
