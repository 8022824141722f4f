// A pointer into the frame of a function that has returned is used.
// expect: use-after-return
// options: --mem 00
#include "bpf.h"

volatile u8 *kept;

NOINLINE int leave(u8 *memory) {
    volatile u8 local[16];
    local[*memory & 15] = 7;
    kept = local;
    return local[0];
}

SEC("raw") u64 dangling(u8 *memory, u64 size) {
    u64 before = leave(memory);
    return before + kept[0]; // BAD
}
