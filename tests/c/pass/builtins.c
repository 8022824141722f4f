// Overflow and bit builtins in several widths, expect, constant_p, object size, byte swaps, rotates, min/max idioms.
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define OVER(T, name, fmt) static __attribute__((noinline)) void name(T a, T b) { \
    T r; int o = __builtin_add_overflow(a, b, &r); printf("%d:" fmt " ", o, r); \
    o = __builtin_sub_overflow(a, b, &r); printf("%d:" fmt " ", o, r); \
    o = __builtin_mul_overflow(a, b, &r); printf("%d:" fmt "\n", o, r); }
OVER(int8_t, o8, "%d") OVER(uint8_t, ou8, "%u") OVER(int16_t, o16, "%d") OVER(int, o32, "%d") OVER(unsigned, ou32, "%u") OVER(long, o64, "%ld") OVER(unsigned long, ou64, "%lu")

static __attribute__((noinline)) void bits(uint64_t x) {
    uint32_t w = (uint32_t)x;
    uint16_t h = (uint16_t)x;
    printf("%d %d %d %d | ", __builtin_popcount(w), __builtin_popcountll(x), __builtin_parity(w), __builtin_parityll(x));
    if (w) printf("%d %d ", __builtin_clz(w), __builtin_ctz(w));
    if (x) printf("%d %d ", __builtin_clzll(x), __builtin_ctzll(x));
    printf("%d %d %d | ", __builtin_ffs((int)w), __builtin_ffsll((long long)x), __builtin_clrsb((int)w));
    printf("%x %x %lx | ", __builtin_bswap16(h), __builtin_bswap32(w), __builtin_bswap64(x));
    printf("%x %lx %x | ", __builtin_bitreverse32(w), __builtin_bitreverse64(x), __builtin_bitreverse8((uint8_t)x));
    unsigned s = x % 63 + 1;
    printf("%lx %lx %x %x\n", x << s | x >> (64 - s), __builtin_rotateright64(x, s), __builtin_rotateleft32(w, s), __builtin_rotateleft8((uint8_t)x, 3));
}
static __attribute__((noinline)) int clamp(int x, int lo, int hi) { return x < lo ? lo : x > hi ? hi : x; }
static __attribute__((noinline)) unsigned satadd(unsigned a, unsigned b) { unsigned s = a + b; return s < a ? UINT_MAX : s; }
static __attribute__((noinline)) unsigned satsub(unsigned a, unsigned b) { return a > b ? a - b : 0; }
static __attribute__((noinline)) int is_pow2(unsigned x) { return x && !(x & (x - 1)); }
static __attribute__((noinline)) int64_t avg(int64_t a, int64_t b) { return (a & b) + ((a ^ b) >> 1); }

int main(void) {
    o8(100, 50); o8(-128, -1); ou8(200, 100); o16(-32768, 2); o32(INT_MAX, 1); o32(INT_MIN, -1); o32(46341, 46341); ou32(5, 6); ou32(70000, 70000);
    o64(LONG_MAX, LONG_MAX); o64(LONG_MIN, 1); ou64(ULONG_MAX, 2); o64(3037000500, 3037000500);
    unsigned char mixed;
    printf("%d %u\n", __builtin_add_overflow(1000, -800L, &mixed), mixed);
    int narrow;
    printf("%d ", __builtin_mul_overflow(1L << 40, 1L << 30, &narrow)); printf("%d\n", narrow);
    unsigned carry;
    printf("%u ", __builtin_addc(0xfffffff0u, 0x20u, 1u, &carry)); printf("%u\n", carry);
    static const uint64_t v[] = {0, 1, 2, 0x80, 0x8000000000000000, 0x123456789abcdef, UINT64_MAX, 0xf0f0f0f0, 12345};
    for (unsigned i = 0; i < sizeof v / sizeof *v; i++) bits(v[i]);
    printf("%d %d %d %u %u %u %d%d %ld\n", clamp(5, 10, 20), clamp(25, 10, 20), clamp(15, 10, 20), satadd(UINT_MAX - 2, 5), satadd(2, 3), satsub(3, 5), is_pow2(64), is_pow2(65), (long)avg(INT64_MAX, INT64_MAX - 2));
    printf("%d %d %ld\n", abs(-7), (int)labs(-5L), __builtin_labs(-9L));
    div_t q = div(-17, 5);
    ldiv_t lq = ldiv(17L, -5L);
    printf("%d %d %ld %ld\n", q.quot, q.rem, lq.quot, lq.rem);
    char buf[10];
    printf("%zu %d\n", __builtin_object_size(buf, 0), (int)__builtin_expect(v[1] == 1, 1));
    printf("%d %d\n", __builtin_types_compatible_p(int, long), __builtin_choose_expr(1, 5, 6));
    return 0;
}
