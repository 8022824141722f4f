// Structs by value of every passing class: in registers, split, in memory (byval), returned through a pointer (sret).
#include <stdio.h>
#include <string.h>

#define BYTES(n) struct b##n { unsigned char v[n]; }; \
    static __attribute__((noinline)) struct b##n f##n(struct b##n a, int k, struct b##n b) { \
        for (int i = 0; i < n; i++) a.v[i] = (unsigned char)(a.v[i] * k + b.v[n - 1 - i]); \
        return a; \
    } \
    static void t##n(void) { \
        struct b##n a, b; \
        for (int i = 0; i < n; i++) a.v[i] = (unsigned char)(i * 7), b.v[i] = (unsigned char)(i ^ 3); \
        a = f##n(a, 3, b); \
        a = f##n(b, 5, a); \
        for (int i = 0; i < n; i++) printf("%02x", a.v[i]); \
        printf(" %zu\n", sizeof a); \
    }
BYTES(1) BYTES(2) BYTES(3) BYTES(4) BYTES(5) BYTES(7) BYTES(8) BYTES(9) BYTES(12) BYTES(15) BYTES(16) BYTES(17) BYTES(24)
BYTES(31) BYTES(33) BYTES(64) BYTES(100) BYTES(257)

struct fd { float f; double d; };
struct ff { float a, b; };
struct fff { float a, b, c; };
struct id { int i; double d; };
struct di { double d; long l; };
struct dd { double a, b; };
struct ddd { double a, b, c; };
struct ld { long double l; };
struct mixed { char c; short s; int i; long l; float f; double d; void *p; };
struct nested { struct id a; struct ff b[2]; union { int i; float f; } u; };
struct empty_tail { int n; char data[]; };

static __attribute__((noinline)) struct fd ffd(struct fd a, struct ff b, struct fff c) { return (struct fd){a.f + b.a * c.c, a.d - (double)(b.b * c.a)}; }
static __attribute__((noinline)) struct id fid(struct id a, struct di b) { return (struct id){a.i + (int)b.l, a.d * b.d}; }
static __attribute__((noinline)) struct di fdi(struct di a, struct dd b, struct ddd c) { return (struct di){a.d + b.a + c.c, a.l + (long)b.b}; }
static __attribute__((noinline)) struct ld fld(struct ld a, struct ld b) { return (struct ld){a.l / b.l}; }
static __attribute__((noinline)) struct fff ffff(struct fff a) { return (struct fff){a.c, a.a, a.b}; }
static __attribute__((noinline)) struct mixed fm(struct mixed m, struct mixed n) {
    m.c = (char)(m.c + n.c); m.s = (short)(m.s - n.s); m.i ^= n.i; m.l += n.l; m.f *= n.f; m.d /= n.d; m.p = n.p;
    return m;
}
static __attribute__((noinline)) struct nested fn(struct nested n) { n.a.i++; n.b[1].a = n.b[0].b; n.u.i += 3; return n; }

/* More arguments than registers, structs among them: some go to the stack. */
static __attribute__((noinline)) long many(int a, struct id b, long c, struct b16 d, int e, struct b16 f, short g, struct b24 h, char i, double j) {
    return a + b.i + (long)b.d + c + d.v[3] + e + f.v[15] + g + h.v[23] + i + (long)j;
}

typedef struct mixed (*op)(struct mixed, struct mixed);

int main(void) {
    t1(); t2(); t3(); t4(); t5(); t7(); t8(); t9(); t12(); t15(); t16(); t17(); t24(); t31(); t33(); t64(); t100(); t257();
    struct fd r = ffd((struct fd){1.5f, 2.25}, (struct ff){3, 4}, (struct fff){5, 6, 7});
    printf("%g %g\n", (double)r.f, r.d);
    struct id i = fid((struct id){3, 1.25}, (struct di){4.5, 77});
    printf("%d %g\n", i.i, i.d);
    struct di d = fdi((struct di){1, 2}, (struct dd){3, 4}, (struct ddd){5, 6, 7});
    printf("%g %ld\n", d.d, d.l);
    printf("%.20Lg\n", fld((struct ld){1}, (struct ld){3}).l);
    struct fff q = ffff((struct fff){1, 2, 3});
    printf("%g %g %g\n", (double)q.a, (double)q.b, (double)q.c);
    static int target = 42;
    struct mixed m = {1, 2, 3, 4, 5, 6, NULL}, n = {7, 8, 9, 10, 11, 12, &target};
    volatile op f = fm;
    struct mixed o = f(m, n);
    printf("%d %d %d %ld %g %g %d\n", o.c, o.s, o.i, o.l, (double)o.f, o.d, *(int *)o.p);
    struct nested x = fn((struct nested){{1, 2}, {{3, 4}, {5, 6}}, {7}});
    printf("%d %g %g %d\n", x.a.i, x.a.d, (double)x.b[1].a, x.u.i);
    struct b16 s16 = {{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}};
    struct b24 s24 = {{[23] = 100}};
    printf("%ld\n", many(1, (struct id){2, 3.5}, 4, s16, 5, s16, 6, s24, 7, 8.9));
    struct mixed copy[3] = {m, n, o};
    struct mixed *p = copy;
    p[0] = p[2];
    printf("%d %d\n", memcmp(&copy[0].d, &o.d, sizeof o.d), copy[0].i);
    struct b257 big, big2;
    memset(&big, 9, sizeof big);
    big2 = big;
    big2.v[256] = 1;
    printf("%d %d\n", big.v[256], big2.v[255]);
    return 0;
}
