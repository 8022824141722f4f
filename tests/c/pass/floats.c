// float and double: arithmetic, comparison with NaN, conversions, rounding functions, classification.
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static __attribute__((noinline)) void pair(double a, double b) {
    printf("%.17g %.17g: %.17g %.17g %.17g", a, b, a + b, a - b, a * b);
    printf(" %.17g %.17g | %d%d%d%d%d%d %d\n", b != 0 ? a / b : 0.0, b != 0 ? fmod(a, b) : 0.0, a < b, a <= b, a > b, a >= b,
           a == b, a != b, isunordered(a, b));
}

static __attribute__((noinline)) void pairf(float a, float b) {
    printf("%.9g %.9g: %.9g %.9g %.9g %.9g\n", (double)a, (double)b, (double)(a + b), (double)(a - b), (double)(a * b),
           (double)(b != 0 ? a / b : 0));
}

static __attribute__((noinline)) void one(double x) {
    printf("%.17g: %g %g %g %g %g %g", x, floor(x), ceil(x), trunc(x), round(x), rint(x), nearbyint(x));
    printf(" %g %d %d %d %d", fabs(x), !!isnan(x), !!isinf(x), !!signbit(x), fpclassify(x) == FP_SUBNORMAL);
    int e;
    double m = frexp(x, &e), ip, fp = modf(x, &ip);
    if (isfinite(x)) printf(" %.17g*2^%d %.17g+%.17g", m, e, ip, fp);
    printf(" %.17g %.17g %.17g\n", copysign(3.0, x), fmin(x, 1), fmax(x, 1));
    if (fabs(x) < 1e9) printf("  %d %" PRId64 " %u\n", (int)x, (int64_t)x, (unsigned)fabs(x));
    if (x >= 0 && x < 1e19) printf("  %" PRIu64 "\n", (uint64_t)x);
}

static __attribute__((noinline)) void from(int64_t i) {
    printf("%" PRId64 ": %.17g %.17g %.9g %.9g %.9g\n", i, (double)i, (double)(uint64_t)i, (double)(float)i,
           (double)(float)(uint64_t)i, (double)(float)(int32_t)i);
}

int main(void) {
    static const double v[] = {0.0, -0.0, 1.0, -1.5, 2.5, 3.5, -2.5, 0.1, 1e-310, 1e300, -1e300, 4503599627370497.5,
        123456789.987654321, 9.2e18, 1e19, 5e-324, DBL_MAX, INFINITY, -INFINITY, NAN};
    enum { N = sizeof v / sizeof *v };
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < N; j += 2) {
            pair(v[i], v[j]);
            if (fabs(v[i]) < 1e38 && fabs(v[j]) < 1e38) pairf((float)v[i], (float)v[j]);
        }
        one(v[i]);
    }
    static const int64_t n[] = {0, 1, -1, 16777217, -16777219, 9007199254740993, INT64_MAX, INT64_MIN, 1LL << 62};
    for (int i = 0; i < 9; i++) from(n[i]);
    float f = 1.1f;
    uint32_t bits;
    memcpy(&bits, &f, 4);
    printf("%08x\n", bits);
    double d = -0.0;
    uint64_t dbits;
    memcpy(&dbits, &d, 8);
    printf("%016" PRIx64 " %a %a %A %.3a\n", dbits, 1.0, 0.1, 1e-310, 3.14159);
    float acc = 0;
    for (int i = 1; i < 100000; i++) acc += 1.0f / (float)i;
    printf("%.9g\n", (double)acc);
    printf("%.17g %.17g %.17g\n", fma(1e16, 1.0000001, -1e16), ldexp(0.75, -1070), scalbn(1.5, 900));
    printf("%ld %ld %lld %ld\n", lround(2.5), lrint(2.5), llround(-3.5), lrint(-3.5));
    return 0;
}
