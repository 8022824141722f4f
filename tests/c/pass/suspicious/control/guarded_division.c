// Divisors that may be zero are tested first; the division is not done before its test.
#include <limits.h>
#include <stdio.h>

static __attribute__((noinline)) int divide(int a, int b) { return b == 0 ? -1 : a == INT_MIN && b == -1 ? -2 : a / b; }

int main(void) {
    static const int v[] = {0, 1, -1, 7, INT_MIN, INT_MAX};
    for (int i = 0; i < 6; i++) for (int j = 0; j < 6; j++) printf("%d%c", divide(v[i], v[j]), j == 5 ? '\n' : ' ');
    return 0;
}
