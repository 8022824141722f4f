// Overflow is asked for with builtins, and the wrapped result is used.
#include <limits.h>
#include <stdio.h>

int main(int argc, char **argv) {
    (void)argv;
    volatile int max = INT_MAX, min = INT_MIN;
    int r, o = __builtin_add_overflow(max, argc, &r);
    printf("%d %d ", o, r);
    o = __builtin_mul_overflow(min, -argc, &r);
    printf("%d %d ", o, r);
    unsigned char c;
    o = __builtin_sub_overflow(argc, 2, &c);
    printf("%d %d\n", o, c);
    return 0;
}
