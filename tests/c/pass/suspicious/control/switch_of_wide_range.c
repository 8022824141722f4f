// A switch over the edges of long, where a jump table's base subtraction wraps.
#include <limits.h>
#include <stdio.h>

static __attribute__((noinline)) int pick(long x) {
    switch (x) {
        case LONG_MIN: return 1;
        case LONG_MIN + 1: return 2;
        case -1: return 3;
        case 0 ... 9: return 4;
        case LONG_MAX: return 5;
    }
    return 0;
}

int main(void) {
    static const long v[] = {LONG_MIN, LONG_MIN + 1, LONG_MIN + 2, -1, 0, 9, 10, LONG_MAX - 1, LONG_MAX};
    for (int i = 0; i < 9; i++) printf("%d ", pick(v[i]));
    putchar('\n');
    return 0;
}
