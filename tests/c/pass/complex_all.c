// Functions of complex numbers in all widths: how their arguments and results travel differs.
#include <complex.h>
#include <stdio.h>

#define SHOW(z) do { double complex v = (z); printf("%.6g %.6g; ", creal(v), cimag(v)); } while (0)
#define SHOWF(z) do { float complex v = (z); printf("%.4g %.4g; ", (double)crealf(v), (double)cimagf(v)); } while (0)
#define SHOWL(z) do { long double complex v = (z); printf("%.15Lg %.15Lg; ", creall(v), cimagl(v)); } while (0)
#define ALL(X) X(cacos) X(cacosh) X(casin) X(casinh) X(catan) X(catanh) X(ccos) X(ccosh) X(cexp) X(clog) X(conj) \
    X(cproj) X(csin) X(csinh) X(csqrt) X(ctan) X(ctanh)
#define CALL(name) printf(#name ": "); SHOW(name(d)); SHOWF(name##f(s)); SHOWL(name##l(l)); puts("");

static __attribute__((noinline)) long double complex timesl(long double complex x, long double complex y) { return x * y; }
static __attribute__((noinline)) long double complex byl(long double complex x, long double complex y) { return x / y; }

int main(void) {
    static volatile const double parts[] = {0.5, -1.25, 3, 1e-3, -0.0};
    for (int a = 0; a < 5; a++)
        for (int b = 0; b < 4; b++) {
            double complex d = parts[a] + parts[b] * I;
            float complex s = (float)parts[a] + (float)parts[b] * I;
            long double complex l = (long double)parts[a] + (long double)parts[b] * I;
            ALL(CALL)
            SHOW(cpow(d, 0.5 + I)); SHOWF(cpowf(s, 0.5f + I)); SHOWL(cpowl(l, 0.5L + I));
            printf("%.6g %.4g %.15Lg ", cabs(d), (double)cabsf(s), cabsl(l));
            printf("%.6g %.4g %.15Lg\n", carg(d), (double)cargf(s), cargl(l));
            SHOWL(timesl(l, 3 - 4 * I)); SHOWL(byl(l, 3 - 4 * I)); SHOWL(timesl(l, l)); puts("");
        }
    double complex (*volatile f)(double complex) = csqrt;
    float complex (*volatile g)(float complex) = csqrtf;
    long double complex (*volatile h)(long double complex) = csqrtl;
    SHOW(f(-4)); SHOWF(g(-9)); SHOWL(h(-16)); puts("");
    return 0;
}
