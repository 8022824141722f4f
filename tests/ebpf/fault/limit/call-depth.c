// A recursion without end stops where the stack does.
// expect: stack-exhausted
// options: --max-stack 64K --mem 00
#include "bpf.h"

NOINLINE u64 descend(volatile u8 *memory, u64 depth) {
    volatile u8 frame[100];
    frame[*memory] = depth; // BAD
    if (depth == ~0ull)
        return 0;
    return descend(memory, depth + 1) + frame[0];
}

SEC("raw") u64 start(u8 *memory, u64 size) {
    return descend(memory, 0);
}
