// Inline assembly as real programs have it: barriers, nop, pause, mulq, adc, sbb, bsf, bsr, cmova, bswap, xchg, cpuid.
#include <stdint.h>
#include <stdio.h>

static __attribute__((noinline)) uint64_t mul_hi(uint64_t a, uint64_t b, uint64_t *lo) {
    uint64_t hi;
    __asm__("mulq %3" : "=a"(*lo), "=d"(hi) : "a"(a), "rm"(b) : "cc");
    return hi;
}
static __attribute__((noinline)) void add128(uint64_t *lo, uint64_t *hi, uint64_t l, uint64_t h) {
    __asm__("addq %2, %0\n\tadcq %3, %1" : "+r"(*lo), "+r"(*hi) : "r"(l), "r"(h) : "cc");
}
static __attribute__((noinline)) void sub128(uint64_t *lo, uint64_t *hi, uint64_t l, uint64_t h) {
    __asm__("subq %2, %0\n\tsbbq %3, %1" : "+r"(*lo), "+r"(*hi) : "r"(l), "r"(h) : "cc");
}
static __attribute__((noinline)) long low_bit(unsigned long x) { unsigned long r; __asm__("bsfq %1, %0" : "=r"(r) : "rm"(x) : "cc"); return (long)r; }
static __attribute__((noinline)) long high_bit(unsigned long x) { unsigned long r; __asm__("bsrq %1, %0" : "=r"(r) : "rm"(x) : "cc"); return (long)r; }
static __attribute__((noinline)) uint32_t swap32(uint32_t x) { __asm__("bswap %0" : "+r"(x)); return x; }
static __attribute__((noinline)) uint64_t swap64(uint64_t x) { __asm__("bswapq %0" : "+r"(x)); return x; }
static __attribute__((noinline)) int exchange(int *p, int v) { __asm__ volatile("xchgl %0, %1" : "+r"(v), "+m"(*p) : : "memory"); return v; }

int main(void) {
    uint64_t lo, hi = mul_hi(0xfedcba9876543210, 0x123456789abcdef1, &lo);
    printf("%016llx%016llx\n", (unsigned long long)hi, (unsigned long long)lo);
    add128(&lo, &hi, UINT64_MAX, 5);
    printf("%016llx%016llx\n", (unsigned long long)hi, (unsigned long long)lo);
    sub128(&lo, &hi, UINT64_MAX, 7);
    printf("%016llx%016llx\n", (unsigned long long)hi, (unsigned long long)lo);
    printf("%ld %ld\n", low_bit(0x50), high_bit(0x50));
    printf("%x %llx\n", swap32(0x12345678), (unsigned long long)swap64(0x1122334455667788));
    int cell = 5;
    printf("%d ", exchange(&cell, 9));
    printf("%d\n", cell);
    __asm__ volatile("" : : : "memory");
    __asm__ volatile("nop");
    __asm__ volatile("pause");
    __asm__ volatile(".p2align 4");
    int kept = 3;
    __asm__("" : "+r"(kept));
    void *hidden = &cell;
    __asm__("" : "+r"(hidden) : : "memory");
    printf("%d %d\n", kept, *(int *)hidden);
    unsigned a, b, c, d;
    __asm__("cpuid" : "=a"(a), "=b"(b), "=c"(c), "=d"(d) : "a"(0), "c"(0));
    printf("%d\n", a >= 1);
    __asm__("cpuid" : "=a"(a), "=b"(b), "=c"(c), "=d"(d) : "a"(1), "c"(0));
    printf("%d\n", (d >> 26) & 1); /* SSE2, which every x86-64 has */
    return 0;
}
