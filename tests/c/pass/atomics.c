// Atomics of every width and operation, compare-and-swap loops, fences, atomic structs, flags.
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>

#define ALL(T, name, fmt) static void name(void) { \
    _Atomic T v = 10; \
    T e = 5; \
    printf(fmt " ", (T)atomic_fetch_add(&v, 7)); printf(fmt " ", (T)atomic_fetch_sub(&v, 3)); \
    printf(fmt " ", (T)atomic_fetch_and(&v, 0x0c)); printf(fmt " ", (T)atomic_fetch_or(&v, 0x41)); \
    printf(fmt " ", (T)atomic_fetch_xor(&v, 0x0f)); printf(fmt " ", (T)atomic_exchange(&v, 99)); \
    printf("%d ", atomic_compare_exchange_strong(&v, &e, 1)); printf(fmt " ", e); \
    printf("%d ", atomic_compare_exchange_strong(&v, &e, 2)); printf(fmt " ", (T)atomic_load(&v)); \
    v += 3; v--; ++v; v *= 2; v <<= 1; v /= 3; \
    printf(fmt "\n", (T)v); \
    }
ALL(int8_t, a8, "%d") ALL(uint16_t, a16, "%u") ALL(int32_t, a32, "%d") ALL(uint64_t, a64, "%lu") ALL(unsigned char, au8, "%u")

struct p2 { int a, b; };
int main(void) {
    a8(); a16(); a32(); a64(); au8();
    atomic_flag f = ATOMIC_FLAG_INIT;
    printf("%d ", atomic_flag_test_and_set(&f)); printf("%d ", atomic_flag_test_and_set(&f));
    atomic_flag_clear(&f);
    printf("%d\n", atomic_flag_test_and_set_explicit(&f, memory_order_acquire));
    _Atomic(struct p2) s;
    atomic_init(&s, ((struct p2){1, 2}));
    struct p2 old = atomic_load(&s), want = {3, 4};
    printf("%d ", atomic_compare_exchange_strong(&s, &old, want));
    old = atomic_exchange(&s, ((struct p2){5, 6}));
    printf("%d %d\n", old.a, old.b);
    int x = 1, *px = &x, y = 2;
    int *_Atomic ap = px;
    printf("%d\n", *atomic_exchange(&ap, &y) + *atomic_load_explicit(&ap, memory_order_relaxed));
    _Atomic double d = 1.5;
    d += 2.25;
    printf("%g\n", (double)d);
    atomic_thread_fence(memory_order_seq_cst);
    atomic_signal_fence(memory_order_acq_rel);
    long g = 5;
    printf("%ld %ld %ld ", __sync_fetch_and_add(&g, 2), __sync_add_and_fetch(&g, 3), __sync_lock_test_and_set(&g, 100));
    printf("%d %ld\n", __sync_bool_compare_and_swap(&g, 100, 7), __sync_val_compare_and_swap(&g, 8, 9));
    printf("%ld %ld %ld\n", __atomic_fetch_nand(&g, 6, __ATOMIC_RELAXED), __atomic_fetch_max(&g, 50, __ATOMIC_SEQ_CST), __atomic_fetch_min(&g, -50, __ATOMIC_ACQUIRE));
    _Atomic _Bool b = 0;
    b |= 1;
    printf("%d %d\n", b, atomic_is_lock_free(&g) != 0);
    for (int i = 0; i < 1000; i++) { long e = g; while (!__atomic_compare_exchange_n(&g, &e, e * 3 % 1000, 1, __ATOMIC_RELEASE, __ATOMIC_RELAXED)) {} }
    printf("%ld\n", g);
    return 0;
}
