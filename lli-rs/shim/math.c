/* Calls of libm whose arguments Rust cannot pass: long double and complex numbers, by pointer.
 * Each function is named svm_ and the name of the one it calls. */
#define _GNU_SOURCE
#include <complex.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>

typedef long double ld;
#define UNARY(f) void svm_##f(const ld *x, ld *r) { *r = f(*x); }
#define BINARY(f) void svm_##f(const ld *x, const ld *y, ld *r) { *r = f(*x, *y); }
#define TO_INT(f, type) type svm_##f(const ld *x) { return f(*x); }
#define SCALE(f, type) void svm_##f(const ld *x, type n, ld *r) { *r = f(*x, n); }
#define BESSEL(f) void svm_##f(int n, const ld *x, ld *r) { *r = f(n, *x); }

UNARY(acosl) UNARY(acoshl) UNARY(asinl) UNARY(asinhl) UNARY(atanl) UNARY(atanhl) UNARY(cbrtl) UNARY(ceill)
UNARY(cosl) UNARY(coshl) UNARY(erfl) UNARY(erfcl) UNARY(expl) UNARY(exp2l) UNARY(exp10l) UNARY(expm1l)
UNARY(fabsl) UNARY(floorl) UNARY(j0l) UNARY(j1l) UNARY(y0l) UNARY(y1l) UNARY(logl) UNARY(log10l)
UNARY(log1pl) UNARY(log2l) UNARY(logbl) UNARY(nearbyintl) UNARY(nextupl) UNARY(nextdownl) UNARY(rintl)
UNARY(roundl) UNARY(roundevenl) UNARY(significandl) UNARY(sinl) UNARY(sinhl) UNARY(sqrtl) UNARY(tanl)
UNARY(tanhl) UNARY(tgammal) UNARY(truncl)

BINARY(atan2l) BINARY(copysignl) BINARY(dreml) BINARY(fdiml) BINARY(fmaxl) BINARY(fminl) BINARY(fmodl)
BINARY(hypotl) BINARY(nextafterl) BINARY(powl) BINARY(remainderl) BINARY(scalbl)

TO_INT(lrintl, long) TO_INT(lroundl, long) TO_INT(llogbl, long) TO_INT(ilogbl, int) TO_INT(finitel, int)
int svm_isnanl(const ld *x) { return __builtin_isnan(*x); }
int svm_isinfl(const ld *x) { return __builtin_isinf_sign(*x); }
int svm_signbitl(const ld *x) { return __builtin_signbit(*x) != 0; }
int svm_fpclassifyl(const ld *x) {
    return __builtin_fpclassify(FP_NAN, FP_INFINITE, FP_NORMAL, FP_SUBNORMAL, FP_ZERO, *x);
}

SCALE(ldexpl, int) SCALE(scalbnl, int) SCALE(scalblnl, long)
BESSEL(jnl) BESSEL(ynl)

void svm_fmal(const ld *x, const ld *y, const ld *z, ld *r) { *r = fmal(*x, *y, *z); }
void svm_frexpl(const ld *x, int *e, ld *r) { *r = frexpl(*x, e); }
void svm_modfl(const ld *x, ld *whole, ld *r) { *r = modfl(*x, whole); }
void svm_remquol(const ld *x, const ld *y, int *q, ld *r) { *r = remquol(*x, *y, q); }
void svm_sincosl(const ld *x, ld *s, ld *c) { sincosl(*x, s, c); }
void svm_lgammal_r(const ld *x, int *sign, ld *r) { *r = lgammal_r(*x, sign); }
double svm_nexttoward(double x, const ld *y) { return nexttoward(x, *y); }
float svm_nexttowardf(float x, const ld *y) { return nexttowardf(x, *y); }
void svm_nanl(const char *tag, ld *r) { *r = nanl(tag); }
size_t svm_strtold(const char *text, ld *r) {
    char *end;
    *r = strtold(text, &end);
    return (size_t)(end - text);
}

/* An array of two parts is laid out as a complex number. */
#define COMPLEX_OF(f, type, real, imag) \
    void svm_##f(const type *x, type *r) { \
        type complex v = f(*(const type complex *)x); \
        r[0] = real(v); \
        r[1] = imag(v); \
    }
#define COMPLEX(name) COMPLEX_OF(name, double, creal, cimag) COMPLEX_OF(name##f, float, crealf, cimagf) \
    COMPLEX_OF(name##l, long double, creall, cimagl)

COMPLEX(cacos) COMPLEX(cacosh) COMPLEX(casin) COMPLEX(casinh) COMPLEX(catan) COMPLEX(catanh) COMPLEX(ccos)
COMPLEX(ccosh) COMPLEX(cexp) COMPLEX(clog) COMPLEX(clog10) COMPLEX(conj) COMPLEX(cproj) COMPLEX(csin)
COMPLEX(csinh) COMPLEX(csqrt) COMPLEX(ctan) COMPLEX(ctanh)

/* Products and quotients, which compilers call by these names where a part may be infinite or NaN. The quotient is
 * compiler-rt's, which Rust links; libgcc's can differ from it in the last bit and in a zero's sign. */
#define PARTS(f, type, real, imag, op) \
    void svm_##f(const type *x, const type *y, type *r) { \
        type complex v = *(const type complex *)x op *(const type complex *)y; \
        r[0] = real(v); \
        r[1] = imag(v); \
    }

PARTS(muldc3, double, creal, cimag, *) PARTS(divdc3, double, creal, cimag, /)
PARTS(mulsc3, float, crealf, cimagf, *) PARTS(divsc3, float, crealf, cimagf, /)
PARTS(mulxc3, long double, creall, cimagl, *) PARTS(divxc3, long double, creall, cimagl, /)

double svm_cabs(const double *x) { return cabs(*(const double complex *)x); }
double svm_carg(const double *x) { return carg(*(const double complex *)x); }
float svm_cabsf(const float *x) { return cabsf(*(const float complex *)x); }
float svm_cargf(const float *x) { return cargf(*(const float complex *)x); }
void svm_cabsl(const ld *x, ld *r) { *r = cabsl(*(const long double complex *)x); }
void svm_cargl(const ld *x, ld *r) { *r = cargl(*(const long double complex *)x); }

#define POWER(f, type, real, imag) \
    void svm_##f(const type *x, const type *y, type *r) { \
        type complex v = f(*(const type complex *)x, *(const type complex *)y); \
        r[0] = real(v); \
        r[1] = imag(v); \
    }

POWER(cpow, double, creal, cimag) POWER(cpowf, float, crealf, cimagf) POWER(cpowl, long double, creall, cimagl)
