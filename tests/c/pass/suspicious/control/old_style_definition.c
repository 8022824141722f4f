// Functions defined in the old style and called through a type that names their promoted parameters.
#include <stdio.h>

static __attribute__((noinline)) int add(int a, long b) { return a + (int)b; }
static __attribute__((noinline)) void ignore(const char *s) { (void)s; }

int main(void) {
    int (*f)(int, long) = add;
    void (*any)(void) = (void (*)(void))f;
    printf("%d %d\n", ((int (*)(int, long))any)(3, 4), (*****f)(1, 2));
    ignore("x");
    (void)f(5, 6);
    f(7, 8);
    return 0;
}
