// A switch whose default is declared unreachable, with every value that does occur handled.
#include <stdio.h>

static __attribute__((noinline)) int pick(unsigned x) {
    switch (x & 3) {
        case 0: return 5;
        case 1: return 7;
        case 2: return 11;
        case 3: return 13;
        default: __builtin_unreachable();
    }
}

int main(void) {
    int s = 0;
    for (unsigned i = 0; i < 40; i++) s = s * 2 % 10007 + pick(i * i + i);
    printf("%d\n", s);
    return 0;
}
