// x86 80-bit long double: arithmetic, comparison, conversion, storage, printing.
#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static __attribute__((noinline)) void pair(long double a, long double b) {
    printf("%.21Lg %.21Lg: %.21Lg %.21Lg %.21Lg", a, b, a + b, a - b, a * b);
    if (b != 0) printf(" %.21Lg %.21Lg", a / b, fmodl(a, b));
    printf(" | %d%d%d%d\n", a < b, a <= b, a == b, a != b);
}

struct holder { char c; long double v; short s; };
static __attribute__((noinline)) struct holder hold(long double v, int s) { return (struct holder){'h', v * 2, (short)s}; }

static long double sum(int n, ...) {
    va_list ap;
    long double total = 0;
    va_start(ap, n);
    for (int i = 0; i < n; i++) total += i % 2 ? (long double)va_arg(ap, double) : va_arg(ap, long double);
    va_end(ap);
    return total;
}

int main(void) {
    static const long double v[] = {0, 1, -1.5L, 0.1L, 1e-4940L, 1e4000L, 18446744073709551615.0L, 9223372036854775808.0L, 3.25L};
    enum { N = sizeof v / sizeof *v };
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) pair(v[i], v[j]);
    volatile long double x = 12345678901234567890.0L;
    printf("%llu %lld %d %.17g %.9g\n", (unsigned long long)x, (long long)(x / 4), (int)(x / 1e11L), (double)x, (double)(float)x);
    volatile uint64_t u = UINT64_MAX;
    volatile int64_t i = INT64_MIN;
    printf("%.21Lg %.21Lg %.21Lg\n", (long double)u, (long double)i, (long double)0.1);
    unsigned char raw[16] = {0};
    long double pi = 3.14159265358979323846264338327950288L;
    memcpy(raw, &pi, 10);
    for (int k = 0; k < 10; k++) printf("%02x", raw[k]);
    printf("\n%zu %zu %La %.0Lf %Le\n", sizeof pi, _Alignof(long double), pi, 1e30L, pi);
    struct holder h = hold(pi, -7);
    printf("%c %.21Lg %d %zu\n", h.c, h.v, h.s, sizeof h);
    printf("%.21Lg\n", sum(5, 1.5L, 2.5, 3e100L, -1.0, -3e100L));
    printf("%.21Lg %.21Lg %.21Lg\n", sqrtl(2), floorl(-2.5L), fabsl(-pi));
    printf("%.21Lg\n", strtold("1.18973149535723176502e+4932xyz", NULL));
    printf("%d %d\n", isnan((long double)NAN) != 0, isinf(HUGE_VALL) != 0);
    long double arr[4] = {1, 2, 3, 4};
    for (int k = 1; k < 4; k++) arr[k] = arr[k - 1] / 3 + arr[k];
    for (int k = 0; k < 4; k++) printf("%.18Lg ", arr[k]);
    printf("\n");
    return 0;
}
