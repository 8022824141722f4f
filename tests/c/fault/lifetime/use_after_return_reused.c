// A local array is read after its function returned and its memory was used by many further calls.
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

static __attribute__((noinline)) int other(int n) {
    int local[4] = {n, n, n, n};
    int *volatile p = local;
    return n == 0 ? p[1] : other(n - 1) + p[3];
}

int main(int argc, char **argv) {
    (void)argv;
    keep(argc);
    int sum = 0;
    for (int i = 0; i < 1000; i++) sum += other(i % 50);
    if (sum < 0) return 1;
    puts("before");
    printf("after %d\n", get(kept));
    return 0;
}
