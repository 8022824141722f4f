// Variable-length arrays of one to twenty elements are used to their very last, in one loop.
#include <stdio.h>

static __attribute__((noinline)) long fill(int n) {
    long a[n];
    for (int i = 0; i < n; i++) a[i] = i * n;
    long s = a[n - 1];
    for (long *p = a + n; p-- != a;) s = s * 3 + *p;
    return s;
}

int main(void) {
    for (int n = 1; n <= 20; n++) printf("%ld\n", fill(n));
    return 0;
}
