// The rows of a local matrix are walked by one pointer made from the whole object.
#include <stdio.h>

static __attribute__((noinline)) int walk(const void *whole, size_t bytes) {
    int s = 0;
    for (const int *p = whole, *end = (const int *)((const char *)whole + bytes); p < end; p++) s = s * 2 % 9973 + *p;
    return s;
}

int main(void) {
    int m[5][7];
    for (int i = 0; i < 5; i++) for (int j = 0; j < 7; j++) m[i][j] = i * j;
    printf("%d %d\n", walk(m, sizeof m), walk(m[4], sizeof m[4]));
    return 0;
}
