// A function's address goes through void *, an integer and bytes before it is called with its own type.
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static __attribute__((noinline)) int twice(int x) { return 2 * x; }
static __attribute__((noinline)) int thrice(int x) { return 3 * x; }

int main(int argc, char **argv) {
    (void)argv;
    void *volatile v = (void *)(argc == 1 ? twice : thrice);
    volatile uintptr_t n = (uintptr_t)thrice;
    unsigned char bytes[sizeof n];
    uintptr_t m = n;
    memcpy(bytes, &m, sizeof bytes);
    int (*f)(int);
    memcpy(&f, bytes, sizeof f);
    printf("%d %d %d\n", ((int (*)(int))v)(5), ((int (*)(int))n)(5), f(7));
    return 0;
}
