/* Functions of two types, called in an order that the number of arguments decides. */
#include <stdio.h>

static __attribute__((noinline)) long left(long a, int b) { return a * 3 + b; }
static __attribute__((noinline)) long right(long a, int b) { return a - b * 5; }
static __attribute__((noinline)) double up(double x) { return x * 1.5; }
static __attribute__((noinline)) double down(double x) { return x - 0.25; }

static long (*volatile pairs[])(long, int) = { left, right };
static double (*volatile reals[])(double) = { up, down };

int main(int argc, char **argv)
{
    double x = 1;
    long n = 1;
    int first = argc > 1;
    for (int i = 0; i < 2; i++) {
        x = reals[i ^ first](x);
        n = pairs[i ^ first](n, argc);
    }
    printf("%ld %g\n", n, x);
    return 0;
}
