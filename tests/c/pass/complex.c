// Complex arithmetic, whose products and quotients call the compiler's own functions: also with infinities and NaNs.
#include <complex.h>
#include <math.h>
#include <stdio.h>

static double complex of(double re, double im) {
    double complex z;
    ((double *)&z)[0] = re, ((double *)&z)[1] = im;
    return z;
}

static float complex off(float re, float im) {
    float complex z;
    ((float *)&z)[0] = re, ((float *)&z)[1] = im;
    return z;
}

static __attribute__((noinline)) double complex times(double complex x, double complex y) { return x * y; }
static __attribute__((noinline)) double complex by(double complex x, double complex y) { return x / y; }
static __attribute__((noinline)) float complex timesf(float complex x, float complex y) { return x * y; }
static __attribute__((noinline)) float complex byf(float complex x, float complex y) { return x / y; }

static void show(double complex z, int digits) {
    // Which sign a NaN has is nobody's promise; a quotient's last bit and zero's sign depend on the algorithm.
    for (int i = 0; i < 2; i++) {
        double part = ((double *)&z)[i];
        if (isnan(part)) printf(" nan");
        else printf(" %.*g", digits, digits < 17 ? part + 0.0 : part);
    }
}

int main(void) {
    static volatile const double parts[] = {0, 1, -2.5, 3e10, 1e-5, INFINITY, -INFINITY, NAN};
    enum { N = sizeof parts / sizeof *parts };
    for (int a = 0; a < N; a++)
        for (int b = 0; b < N; b++)
            for (int c = 0; c < N; c++) {
                double complex x = of(parts[a], parts[b]), y = of(parts[c], parts[(a + b) % N]);
                float complex f = off((float)parts[a], (float)parts[b]), g = off((float)parts[c], (float)parts[(a + b) % N]);
                show(times(x, y), 17), show(by(x, y), 12), show(timesf(f, g), 9), show(byf(f, g), 5);
                putchar('\n');
            }
    return 0;
}
