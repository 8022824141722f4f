// Variadic arguments that are aligned to 16 bytes or more, or that need several registers, at every position where
// registers run out: the callee looks for them by the ABI's rules.
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

typedef double pair __attribute__((vector_size(16)));
typedef int ints __attribute__((vector_size(16)));
typedef float half __attribute__((vector_size(8)));
typedef double quad __attribute__((vector_size(32)));

struct plain { long a, b; };
struct __attribute__((aligned(16))) longs { long a, b; };
struct __attribute__((aligned(16))) one { long a; };
struct __attribute__((aligned(16))) doubles { double a, b; };
struct __attribute__((aligned(16))) mixed { double a; long b; };
struct __attribute__((aligned(16))) turned { long a; double b; };
struct __attribute__((aligned(32))) large { double a, b, c, d; };
struct __attribute__((aligned(64))) larger { char a; double b; };
struct wide { __int128 a; };
struct extended { long double a; };
struct extended_more { long double a; long b; };
struct __attribute__((packed)) packed { char a; long double b; };
struct vector { pair a; };
struct empty { };
struct floats { float a, b, c; };

#define ALL(X) \
    X(plain, struct plain, ((struct plain){11, 12}), "%ld %ld", v.a, v.b) \
    X(longs, struct longs, ((struct longs){21, 22}), "%ld %ld", v.a, v.b) \
    X(one, struct one, ((struct one){31}), "%ld", v.a) \
    X(doubles, struct doubles, ((struct doubles){4.25, 4.5}), "%g %g", v.a, v.b) \
    X(mixed, struct mixed, ((struct mixed){5.25, 52}), "%g %ld", v.a, v.b) \
    X(turned, struct turned, ((struct turned){61, 6.5}), "%ld %g", v.a, v.b) \
    X(large, struct large, ((struct large){7.25, 7.5, 7.75, 7.875}), "%g %g %g %g", v.a, v.b, v.c, v.d) \
    X(larger, struct larger, ((struct larger){'8', 8.5}), "%c %g", v.a, v.b) \
    X(wide, struct wide, ((struct wide){((__int128)91 << 64) | 92}), "%ld %ld", (long)(v.a >> 64), (long)v.a) \
    X(extended, struct extended, ((struct extended){10.25L}), "%Lg", v.a) \
    X(extended_more, struct extended_more, ((struct extended_more){11.25L, 112}), "%Lg %ld", v.a, v.b) \
    X(packed, struct packed, ((struct packed){'p', 12.25L}), "%c %Lg", v.a, v.b) \
    X(vector, struct vector, ((struct vector){{13.25, 13.5}}), "%g %g", v.a[0], v.a[1]) \
    X(floats, struct floats, ((struct floats){14.25f, 14.5f, 14.75f}), "%g %g %g", (double)v.a, (double)v.b, (double)v.c) \
    X(pair, pair, ((pair){15.25, 15.5}), "%g %g", v[0], v[1]) \
    X(ints, ints, ((ints){161, 162, 163, 164}), "%d %d %d %d", v[0], v[1], v[2], v[3]) \
    X(half, half, ((half){17.25f, 17.5f}), "%g %g", (double)v[0], (double)v[1]) \
    X(quad, quad, ((quad){18.25, 18.5, 18.75, 18.875}), "%g %g %g %g", v[0], v[1], v[2], v[3]) \
    X(int128, __int128, (((__int128)191 << 64) | 192), "%ld %ld", (long)(v >> 64), (long)v) \
    X(longdouble, long double, 20.25L, "%Lg", v) \
    X(complex, _Complex double, (21.25 + 21.5i), "%g %g", __real__ v, __imag__ v) \
    X(complexf, _Complex float, (22.25f + 22.5fi), "%g %g", (double)__real__ v, (double)__imag__ v) \
    X(complexl, _Complex long double, (23.25L + 23.5Li), "%Lg %Lg", __real__ v, __imag__ v)

/* Reads what stands before it, the value, and an int and a double after it. */
#define READER(NAME, TYPE, VALUE, FORMAT, ...) \
    static __attribute__((noinline)) void read_##NAME(const char *before, ...) { \
        va_list ap, again; \
        va_start(ap, before); \
        for (; *before; before++) { \
            if (*before == 'i') printf("%d ", va_arg(ap, int)); \
            else if (*before == 'd') printf("%g ", va_arg(ap, double)); \
            else if (*before == 'L') printf("%Lg ", va_arg(ap, long double)); \
        } \
        va_copy(again, ap); \
        for (int twice = 0; twice < 2; twice++) { \
            TYPE v = twice ? va_arg(again, TYPE) : va_arg(ap, TYPE); \
            printf(#NAME " " FORMAT "; ", __VA_ARGS__); \
        } \
        printf("%d ", va_arg(ap, int)); \
        printf("%g\n", va_arg(ap, double)); \
        va_end(again); \
        va_end(ap); \
    }
ALL(READER)

#define CALL(NAME, TYPE, VALUE, FORMAT, ...) \
    read_##NAME("", VALUE, 1, 0.5); \
    read_##NAME("i", 1, VALUE, 2, 0.5); \
    read_##NAME("ii", 1, 2, VALUE, 3, 0.5); \
    read_##NAME("iii", 1, 2, 3, VALUE, 4, 0.5); \
    read_##NAME("iiii", 1, 2, 3, 4, VALUE, 5, 0.5); \
    read_##NAME("iiiii", 1, 2, 3, 4, 5, VALUE, 6, 0.5); \
    read_##NAME("iiiiii", 1, 2, 3, 4, 5, 6, VALUE, 7, 0.5); \
    read_##NAME("d", 1.5, VALUE, 2, 0.5); \
    read_##NAME("ddddd", 1.5, 2.5, 3.5, 4.5, 5.5, VALUE, 6, 0.5); \
    read_##NAME("dddddd", 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, VALUE, 7, 0.5); \
    read_##NAME("ddddddd", 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5, VALUE, 8, 0.5); \
    read_##NAME("dddddddd", 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5, 8.5, VALUE, 9, 0.5); \
    read_##NAME("ddddddddd", 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5, 8.5, 9.5, VALUE, 9, 0.5); \
    read_##NAME("idididididididid", 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5, 6, 6.5, 7, 7.5, 8, 8.5, VALUE, 9, 0.5); \
    read_##NAME("iLi", 1, 2.5L, 3, VALUE, 4, 0.5); \
    read_##NAME("iiiiiiL", 1, 2, 3, 4, 5, 6, 7.5L, VALUE, 8, 0.5);

/* The fixed parameters take registers, too. */
static __attribute__((noinline)) struct large fixed(struct longs s, double d, __int128 w, pair p, long double l, int n, ...) {
    struct large total = {0, 0, 0, 0};
    va_list ap;
    va_start(ap, n);
    for (int i = 0; i < n; i++) {
        struct longs v = va_arg(ap, struct longs);
        pair q = va_arg(ap, pair);
        total.a = total.a * 2 + (double)v.a + q[0];
        total.b = total.b * 2 + (double)v.b + q[1];
        total.c += va_arg(ap, double);
    }
    total.d = (double)s.a + d + (double)w + p[1] + (double)l;
    va_end(ap);
    return total;
}

/* Everything in one list. */
static __attribute__((noinline)) void all(int n, ...) {
    va_list ap;
    va_start(ap, n);
#define NEXT(NAME, TYPE, VALUE, FORMAT, ...) { TYPE v = va_arg(ap, TYPE); printf(FORMAT ", ", __VA_ARGS__); }
    ALL(NEXT)
    va_end(ap);
    printf("%d\n", n);
}

/* A list that a function of the C library walks. */
static __attribute__((noinline)) void library(const char *format, ...) {
    va_list ap;
    va_start(ap, format);
    vprintf(format, ap);
    va_end(ap);
}

int main(void) {
    ALL(CALL)
    struct longs s = {1, 2};
    struct large r = fixed(s, 2.5, 3, (pair){4, 5}, 6.5L, 3, s, (pair){7, 8}, 9.5, (struct longs){10, 11}, (pair){12, 13}, 14.5, s, (pair){15, 16}, 17.5);
    printf("%g %g %g %g\n", r.a, r.b, r.c, r.d);
#define VALUES(NAME, TYPE, VALUE, FORMAT, ...) VALUE,
    all(23, ALL(VALUES) 0);
    library("%d %g %Lg %s %d %Lg %d %d %g %d %Lg %g %d %s\n", 1, 2.5, 3.5L, "four", 5, 6.5L, 7, 8, 9.5, 10, 11.5L, 12.5, 13, "fourteen");
    return 0;
}
