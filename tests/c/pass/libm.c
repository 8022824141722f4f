/* libm in three widths, bit for bit. */
#define _GNU_SOURCE
#include <complex.h>
#include <errno.h>
#include <fenv.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static volatile double one = 1, ten = 10, zero = 0, half = 2.5;
static volatile double inputs[] = {0.0, -0.0, 0.5, 1.0, -1.0, 2.5, -3.25, 1e-10, 1e10, 710.0, 1e308, -1e-310, 1.0 / 0.0, -1.0 / 0.0};
static void bits(long double v) {
    unsigned char b[16] = {0};
    memcpy(b, &v, 10);
    for (int i = 9; i >= 0; i--) printf("%02x", b[i]);
    putchar(' ');
}
static void d(double v) { printf("%a ", v); }
#define ONE(n) printf(#n ": "), errno = 0, d(n(x)), d(n##f((float)x)), bits(n##l(x)), printf("e%d\n", errno)
#define TWO(n) printf(#n ": "), errno = 0, d(n(x, y)), d(n##f((float)x, (float)y)), bits(n##l(x, y)), printf("e%d\n", errno)

int main(void) {
    int n = sizeof inputs / sizeof *inputs;
    for (int i = 0; i < n; i++) {
        double x = inputs[i], y = inputs[(i + 3) % n];
        ONE(sin); ONE(cos); ONE(tan); ONE(asin); ONE(acos); ONE(atan); ONE(sinh); ONE(cosh); ONE(tanh);
        ONE(asinh); ONE(acosh); ONE(atanh); ONE(exp); ONE(exp2); ONE(expm1); ONE(log); ONE(log2); ONE(log10);
        ONE(log1p); ONE(sqrt); ONE(cbrt); ONE(erf); ONE(erfc); ONE(tgamma); ONE(lgamma); ONE(floor); ONE(ceil);
        ONE(trunc); ONE(round); ONE(rint); ONE(nearbyint); ONE(logb); ONE(j0);
        TWO(pow); TWO(atan2); TWO(fmod); TWO(hypot); TWO(remainder); TWO(fdim); TWO(fmin); TWO(fmax);
        TWO(copysign); TWO(nextafter);
        int e = 0, q = 0;
        double whole, s, c;
        printf("frexp %a %d ", frexp(x, &e), e);
        bits(frexpl(x, &e));
        printf("modf %a %a ", modf(x, &whole), whole);
        printf("ldexp %a %ld %ld %d ", ldexp(x, 3), lrint(fmod(x, 1e9)), lround(fmod(x, 1e9)), ilogb(x));
        printf("remquo %a %d ", remquo(fmod(x, 100), 3, &q), q);
        sincos(x, &s, &c);
        printf("%a %a %d%d%d%d\n", s, c, isnan(x) != 0, isinf(x), signbit(x) != 0, fpclassify(x));
        double complex z = csqrt(x + y * I), w = cexp(fmod(x, 3) + fmod(y, 3) * I);
        printf("csqrt %a %a cexp %a %a cabs %a\n", creal(z), cimag(z), creal(w), cimag(w), cabs(x + y * I));
    }
    int sign;
    printf("%a %d signgam %d\n", lgamma_r(-0.5, &sign), sign, (lgamma(-1.5), signgam));
    for (int mode = 0; mode < 4; mode++) {
        static const int modes[] = {FE_TONEAREST, FE_DOWNWARD, FE_UPWARD, FE_TOWARDZERO};
        int set = fesetround(modes[mode]);
        double v = one / ten, r = rint(half), w = strtod("0.1", NULL);
        long l = lrint(-1.5);
        int got = fegetround() == modes[mode];
        fesetround(FE_TONEAREST);
        printf("%d %d %a %g %ld %a\n", set, got, v, r, l, w);
    }
    feclearexcept(FE_ALL_EXCEPT);
    volatile double r = one / zero;
    printf("%d %g\n", fetestexcept(FE_DIVBYZERO) != 0, r);
    return 0;
}
