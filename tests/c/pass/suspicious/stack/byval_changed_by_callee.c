// The callee writes over its copy of a large struct, to the last element; the caller's stays.
#include <stdio.h>

struct big { int a[40]; };
static __attribute__((noinline)) int eat(struct big b) {
    int s = 0;
    for (int i = 39; i >= 0; i--) { s += b.a[i]; b.a[i] = -1; }
    return s + b.a[39];
}

int main(void) {
    struct big b;
    for (int i = 0; i < 40; i++) b.a[i] = i;
    printf("%d %d %d\n", eat(b), eat(b), b.a[39]);
    return 0;
}
