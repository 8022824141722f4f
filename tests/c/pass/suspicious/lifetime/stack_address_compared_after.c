// The address of a local is kept as a number after its function returned, printed as a truth and never followed.
#include <stdint.h>
#include <stdio.h>

static volatile uintptr_t place;
static __attribute__((noinline)) int use(int n) { volatile int local = n; place = (uintptr_t)&local; return local * 2; }

int main(void) {
    int s = use(4);
    printf("%d %d\n", s, place != 0);
    return 0;
}
