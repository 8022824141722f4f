// Const objects are read through pointers to non-const, and a non-const object is written through a const pointer cast back.
#include <stdio.h>

static const int fixed[3] = {1, 2, 3};
static int loose[3] = {4, 5, 6};
static __attribute__((noinline)) int sum(int *p) { return p[0] + p[1] + p[2]; }
static __attribute__((noinline)) void bump(const int *p) { ((int *)p)[2]++; }

int main(void) {
    bump(loose);
    printf("%d %d\n", sum((int *)fixed), sum(loose));
    return 0;
}
