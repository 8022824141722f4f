// All integer widths: arithmetic, shifts, comparisons and conversions between them.
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>

#define UNSIGNED(T, name, fmt)                                                                                     \
    static __attribute__((noinline)) void name(T a, T b, unsigned s) {                                             \
        printf("%s %" fmt " %" fmt ": %" fmt " %" fmt " %" fmt, #T, a, b, (T)(a + b), (T)(a - b), (T)(1u * a * b)); \
        if (b) printf(" %" fmt " %" fmt, (T)(a / b), (T)(a % b));                                                  \
        s %= sizeof(T) * 8;                                                                                        \
        printf(" | %" fmt " %" fmt " %" fmt " %" fmt " %" fmt " %" fmt, (T)(a << s), (T)(a >> s), (T)(a & b),     \
               (T)(a | b), (T)(a ^ b), (T)~a);                                                                     \
        printf(" | %d%d%d%d%d%d\n", a < b, a <= b, a > b, a >= b, a == b, a != b);                                 \
    }

UNSIGNED(uint8_t, u8, PRIu8)
UNSIGNED(uint16_t, u16, PRIu16)
UNSIGNED(uint32_t, u32, PRIu32)
UNSIGNED(uint64_t, u64, PRIu64)

#define SIGNED(T, U, name, fmt, MIN)                                                                               \
    static __attribute__((noinline)) void name(T a, T b, unsigned s) {                                             \
        printf("%s %" fmt " %" fmt ": %" fmt " %" fmt " %" fmt, #T, a, b, (T)((U)a + (U)b), (T)((U)a - (U)b),      \
               (T)((uint64_t)a * (uint64_t)b));                                                                    \
        if (b && !(a == MIN && b == -1)) printf(" %" fmt " %" fmt, (T)(a / b), (T)(a % b));                        \
        s %= sizeof(T) * 8;                                                                                        \
        printf(" | %" fmt " %" fmt " %" fmt, (T)(a >> s), (T)(a & b), (T)(a ^ b));                                 \
        printf(" | %d%d%d%d\n", a < b, a <= b, a > b, a >= b);                                                     \
    }

SIGNED(int8_t, uint8_t, i8, PRId8, INT8_MIN)
SIGNED(int16_t, uint16_t, i16, PRId16, INT16_MIN)
SIGNED(int32_t, uint32_t, i32, PRId32, INT32_MIN)
SIGNED(int64_t, uint64_t, i64, PRId64, INT64_MIN)

static __attribute__((noinline)) void conversions(int64_t x) {
    printf("%" PRId64 ": %d %d %d %u %u %u %d\n", x, (int8_t)x, (int16_t)x, (int32_t)x, (uint8_t)x, (uint16_t)x,
           (uint32_t)x, (_Bool)x);
    int8_t c = (int8_t)x;
    uint8_t u = (uint8_t)x;
    printf("  %" PRId64 " %" PRIu64 " %d %d %u\n", (int64_t)c, (uint64_t)u, c < u, c == (int8_t)u, (unsigned)c);
}

int main(void) {
    static const uint64_t values[] = {0, 1, 2, 3, 7, 10, 127, 128, 129, 255, 256, 32767, 32768, 65535, 65536, 1000003,
        0x7fffffff, 0x80000000, 0xffffffff, 0x100000000, 0x123456789abcdef0, INT64_MAX, (uint64_t)INT64_MIN, UINT64_MAX};
    enum { N = sizeof values / sizeof *values };
    for (unsigned i = 0; i < N; i++) {
        for (unsigned j = 0; j < N; j += 3) {
            unsigned s = i * 5 + j;
            u8((uint8_t)values[i], (uint8_t)values[j], s);
            u16((uint16_t)values[i], (uint16_t)values[j], s);
            u32((uint32_t)values[i], (uint32_t)values[j], s);
            u64(values[i], values[j], s);
            i8((int8_t)values[i], (int8_t)values[j], s);
            i16((int16_t)values[i], (int16_t)values[j], s);
            i32((int32_t)values[i], (int32_t)values[j], s);
            i64((int64_t)values[i], (int64_t)values[j], s);
        }
        conversions((int64_t)values[i]);
    }
    return 0;
}
