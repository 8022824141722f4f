// The stack is used below r10 - 512.
// expect: stack-out-of-bounds
// options: --mem 0ffeffff
#include "bpf.h"

SEC("raw") u64 below(s32 *memory, u64 size) {
    volatile u8 buffer[16]; // ends at r10
    for (int i = 0; i < 16; i++)
        buffer[i] = i;
    return buffer[*memory]; // BAD
}
