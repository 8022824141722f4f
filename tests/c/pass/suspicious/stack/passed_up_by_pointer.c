// A local's address goes through a global down into callees, which use it while the local lives.
#include <stdio.h>

static int *current;
static __attribute__((noinline)) void add(int n) { *current += n; }
static __attribute__((noinline)) int total(int n) {
    int local = 0, *saved = current;
    current = &local;
    for (int i = 1; i <= n; i++) add(i);
    if (n > 2) local += total(n - 2);
    current = saved;
    return local;
}

int main(void) {
    printf("%d %d\n", total(10), current == NULL);
    return 0;
}
