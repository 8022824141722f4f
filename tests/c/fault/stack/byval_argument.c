// A struct that was passed by value is read past its end.
// expect: stack-out-of-bounds
// args: 12
#include <stdio.h>
#include <stdlib.h>

struct big {
    int v[12];
};

static __attribute__((noinline)) int get(struct big b, int i) {
    volatile int *p = b.v;
    return p[i]; // BAD
}

int main(int argc, char **argv) {
    struct big b = {{argc}};
    puts("before");
    printf("after %d\n", get(b, atoi(argv[1])));
    return 0;
}
