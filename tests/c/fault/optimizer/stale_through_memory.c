// The free hides behind a call through a pointer, in the middle of a loop over the object.
// expect: use-after-free
// args: 60
#include <stdio.h>
#include <stdlib.h>

static int *shared;
static void keep(int i) { shared[0] = i; }
static void drop(int i) { free(shared), (void)i; }

static __attribute__((noinline)) int sum(const int *a, int n, int at, void (*const *act)(int)) {
    int s = 0;
    for (int i = 0; i < n; i++) {
        s += a[i]; // BAD
        act[i == at](i);
    }
    return s;
}

int main(int argc, char **argv) {
    void (*const act[])(int) = {keep, drop};
    shared = calloc(100, sizeof *shared);
    puts("before");
    printf("after %d\n", sum(shared, 100, argc > 1 ? atoi(argv[1]) : -1, act));
    return 0;
}
