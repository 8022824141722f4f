// 128-bit integers: arithmetic, shifts, division, conversions, passing and returning.
#include <stdint.h>
#include <stdio.h>

typedef __int128 i128;
typedef unsigned __int128 u128;

static void show(const char *what, u128 v) {
    printf("%s %016llx%016llx\n", what, (unsigned long long)(v >> 64), (unsigned long long)v);
}

static __attribute__((noinline)) u128 mix(u128 a, int k, u128 b, i128 c) { return (a ^ b) + (u128)c * (unsigned)k; }

struct pair { char tag; u128 v; };
static __attribute__((noinline)) struct pair make(u128 v) { return (struct pair){'p', v + 1}; }

static void decimal(u128 v) {
    char buf[48];
    int at = sizeof buf;
    buf[--at] = 0;
    do buf[--at] = (char)('0' + (int)(v % 10));
    while (v /= 10);
    puts(buf + at);
}

int main(int argc, char **argv) {
    (void)argv;
    volatile uint64_t one = (uint64_t)argc;
    u128 big = ((u128)0xfedcba9876543210 << 64) | 0x0123456789abcdef;
    u128 small = (u128)one * 1000000007u;
    i128 neg = -(i128)big / 3;
    show("add", big + small);
    show("sub", small - big);
    show("mul", big * small);
    show("div", big / small);
    show("mod", big % small);
    show("sdiv", (u128)(neg / (i128)small));
    show("smod", (u128)(neg % (i128)small));
    for (int s = 0; s < 128; s += 9) {
        show("shl", big << s);
        show("lshr", big >> s);
        show("ashr", (u128)(neg >> s));
    }
    printf("%d %d %d %d\n", big > small, neg < (i128)small, (u128)neg > small, neg == neg + (i128)(one - 1));
    show("mix", mix(big, 7, small, neg));
    struct pair p = make(big);
    printf("%c ", p.tag);
    show("pair", p.v);
    decimal(big);
    decimal((u128)-1);
    decimal(small * small * small);
    printf("%.17g %.17g %.17g\n", (double)big, (double)neg, (double)(float)(i128)small);
    show("from double", (u128)(i128)(-1e30 * (double)one));
    show("from udouble", (u128)(1.5e38 * (double)one));
    printf("%.20Lg\n", (long double)big);
    u128 r;
    printf("%d ", __builtin_add_overflow(big, big, &r));
    show("r", r);
    printf("%d ", __builtin_mul_overflow(small, small, &r));
    show("r", r);
    printf("%d %d %d\n", __builtin_popcountll((uint64_t)(big >> 64)), (int)sizeof big, (int)_Alignof(u128));
    return 0;
}
