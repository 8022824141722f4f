// Addresses of uninitialised locals go to functions that write before anybody reads, one field each.
#include <stdio.h>

struct result { int q, r; };
static __attribute__((noinline)) int divide(int a, int b, int *q, int *r) { if (!b) return -1; *q = a / b; *r = a % b; return 0; }

int main(void) {
    struct result r[3];
    int failed = 0;
    for (int i = 0; i < 3; i++) if (divide(100, i, &r[i].q, &r[i].r)) { failed++; r[i] = (struct result){0, 0}; }
    printf("%d %d %d %d\n", failed, r[0].q, r[1].q, r[2].r);
    return 0;
}
