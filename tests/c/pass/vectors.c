// GCC vector extensions and loops that -O2 vectorizes: several shapes, comparisons, shuffles, conversions, reductions.
#include <stdint.h>
#include <stdio.h>
#include <string.h>

typedef int v4i __attribute__((vector_size(16)));
typedef float v4f __attribute__((vector_size(16)));
typedef double v2d __attribute__((vector_size(16)));
typedef uint8_t v16b __attribute__((vector_size(16)));
typedef int16_t v8s __attribute__((vector_size(16)));
typedef int64_t v4l __attribute__((vector_size(32)));
typedef uint32_t v8u __attribute__((vector_size(32)));
typedef float v3f __attribute__((ext_vector_type(3)));
typedef char v2c __attribute__((vector_size(2)));

static __attribute__((noinline)) v4i math(v4i a, v4i b) { return (a * b - (a >> 2)) ^ (b << 3) & ~a | (a / (b | 1)) % 7; }
static __attribute__((noinline)) v4f fmath(v4f a, v4f b) { return a * b + a / b - (v4f){1, 2, 3, 4}; }
static __attribute__((noinline)) v4i select4(v4f a, v4f b, v4i x, v4i y) { v4i m = a < b; return (m & x) | (~m & y); }
static __attribute__((noinline)) v8u wide(v8u a, int k) { return (a + (uint32_t)k) * a; }

static void pi(const char *s, v4i v) { printf("%s %d %d %d %d\n", s, v[0], v[1], v[2], v[3]); }

static __attribute__((noinline)) int sum(const int *p, int n) { int s = 0; for (int i = 0; i < n; i++) s += p[i]; return s; }
static __attribute__((noinline)) uint8_t maxb(const uint8_t *p, int n) { uint8_t m = 0; for (int i = 0; i < n; i++) if (p[i] > m) m = p[i]; return m; }
static __attribute__((noinline)) int count(const char *p, int n, char c) { int s = 0; for (int i = 0; i < n; i++) s += p[i] == c; return s; }
static __attribute__((noinline)) void saxpy(float *y, const float *x, float a, int n) { for (int i = 0; i < n; i++) y[i] += a * x[i]; }
static __attribute__((noinline)) void narrow(uint8_t *o, const int *p, int n) { for (int i = 0; i < n; i++) o[i] = (uint8_t)(p[i] < 0 ? 0 : p[i] > 255 ? 255 : p[i]); }
static __attribute__((noinline)) void widen(double *o, const int16_t *p, int n) { for (int i = 0; i < n; i++) o[i] = p[i] * 0.5; }
static __attribute__((noinline)) int any(const int *p, int n) { int r = 0; for (int i = 0; i < n; i++) r |= p[i] > 90; return r; }
static __attribute__((noinline)) uint64_t dot(const uint32_t *a, const uint32_t *b, int n) { uint64_t s = 0; for (int i = 0; i < n; i++) s += (uint64_t)a[i] * b[i]; return s; }
static __attribute__((noinline)) void reverse(short *p, int n) { for (int i = 0; i < n / 2; i++) { short t = p[i]; p[i] = p[n - 1 - i]; p[n - 1 - i] = t; } }
static __attribute__((noinline)) void strided(int *p, int n) { for (int i = 0; i < n; i += 2) { p[i] = p[i] * 3 + 1; p[i + 1] -= p[i]; } }

int main(void) {
    v4i a = {1, -2, 300, 40000}, b = {5, 6, -7, 8};
    pi("math", math(a, b));
    pi("cmp", a > b);
    pi("shuffle", __builtin_shufflevector(a, b, 0, 5, 2, 7));
    v4f f = fmath((v4f){1, 2, 3, 4}, (v4f){0.5f, 4, 8, 16});
    printf("%g %g %g %g\n", (double)f[0], (double)f[1], (double)f[2], (double)f[3]);
    pi("select", select4((v4f){1, 5, 3, 7}, (v4f){2, 4, 6, 6}, a, b));
    v8u w = wide((v8u){1, 2, 3, 4, 5, 6, 7, 4000000000u}, 9);
    for (int i = 0; i < 8; i++) printf("%u ", w[i]);
    v4l l = __builtin_convertvector(a, v4l) * 1000000007;
    v4f cf = __builtin_convertvector(a, v4f);
    printf("%lld %lld %g\n", (long long)l[1], (long long)l[3], (double)cf[2]);
    v16b bytes;
    for (int i = 0; i < 16; i++) bytes[i] = (uint8_t)(i * 17);
    v8s halves = (v8s)bytes;
    printf("%d %d\n", halves[0], halves[7]);
    v3f t = {1, 2, 3};
    t = t.zyx * 2.0f;
    printf("%g %g %g %zu\n", (double)t.x, (double)t.y, (double)t.z, sizeof t);
    v2c c = {3, 4};
    c += (v2c){1, 1};
    printf("%d %d\n", c[0], c[1]);
    printf("%d %d\n", __builtin_reduce_add(a), __builtin_reduce_max(b));
    v2d d = {1.5, 2.5};
    d[1] *= d[0];
    printf("%g\n", d[1]);
    int n[103];
    for (int i = 0; i < 103; i++) n[i] = (i * 37) % 101 - 5;
    printf("%d %d\n", sum(n, 103), any(n, 103));
    uint8_t u8[103];
    narrow(u8, n, 103);
    printf("%d\n", maxb(u8, 103));
    const char *text = "mississippi river runs south past the islands";
    printf("%d\n", count(text, (int)strlen(text), 's'));
    float x[50], y[50];
    for (int i = 0; i < 50; i++) x[i] = (float)i, y[i] = 1;
    saxpy(y, x, 0.25f, 50);
    printf("%g\n", (double)(y[49] + y[3]));
    short sh[33];
    double dd[33];
    for (int i = 0; i < 33; i++) sh[i] = (short)(i * i - 200);
    reverse(sh, 33);
    widen(dd, sh, 33);
    printf("%g %g %g\n", dd[0], dd[16], dd[32]);
    uint32_t ua[40], ub[40];
    for (int i = 0; i < 40; i++) ua[i] = 4000000000u - (unsigned)i, ub[i] = 3000000000u + (unsigned)i;
    printf("%llu\n", (unsigned long long)dot(ua, ub, 40));
    strided(n, 102);
    printf("%d %d\n", n[7], n[100]);
    return 0;
}
