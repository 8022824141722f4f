// Calls of every kind: subprograms with five arguments, callbacks, function pointers, tail calls until there are too many.
#include "bpf.h"

int again(u64 *memory, u64 size);

struct {
    __uint(type, MAP_PROG_ARRAY);
    __uint(max_entries, 3);
    __uint(key_size, 4);
    __uint(value_size, 4);
    __array(values, int(u64 *, u64));
} programs SEC(".maps") = {.values = {[1] = (void *)&again}};

u64 tail_calls, misses;

NOINLINE u64 five(u64 a, u64 b, u64 c, u64 d, u64 e) {
    return a + 10 * b + 100 * c + 1000 * d + 10000 * e;
}

NOINLINE u64 depth(u64 n) {
    volatile u64 own = n;
    return n == 0 ? 0 : depth(n - 1) + own;
}

static long sum(u32 index, u64 *total) {
    *total += index * depth(1);
    return 0;
}

SEC("raw") u64 calls(u64 *memory, u64 size) {
    u64 total = 0;
    loop(1000, sum, &total, 0);
    return total + five(1, 2, 3, 4, 5) + depth(20);
}

SEC("raw") int again(u64 *memory, u64 size) {
    tail_calls++;
    tail_call(memory, &programs, 2); // an empty slot
    tail_call(memory, &programs, 7); // no slot
    misses++;
    tail_call(memory, &programs, 1);
    return 77; // after 33 tail calls
}
