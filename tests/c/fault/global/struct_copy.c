// A struct is copied from a place where only part of it lies inside the object.
// expect: global-out-of-bounds
// args: 3
#include <stdio.h>
#include <stdlib.h>

struct rec {
    long v[4];
};
static long pool[14];

static __attribute__((noinline)) void take(struct rec *to, const long *from) {
    *to = *(const struct rec *)from; // BAD
}

int main(int argc, char **argv) {
    struct rec r;
    pool[13] = argc;
    puts("before");
    take(&r, pool + 4 * atoi(argv[1]));
    printf("after %ld\n", r.v[1]);
    return 0;
}
