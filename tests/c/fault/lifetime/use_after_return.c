// A local array is read after its function returned.
// expect: use-after-return
#include <stdio.h>

static int *volatile kept;

static __attribute__((noinline)) void keep(int n) {
    int local[4] = {n, n + 1, n + 2, n + 3};
    kept = local;
    if (*kept != n) puts("never");
}

static __attribute__((noinline)) int get(const int *p) {
    return *p; // BAD
}

int main(int argc, char **argv) {
    (void)argv;
    keep(argc);
    puts("before");
    printf("after %d\n", get(kept));
    return 0;
}
