// The stack is used above r10.
// expect: stack-out-of-bounds
// options: --mem ff
#include "bpf.h"

SEC("raw") u64 above(u8 *memory, u64 size) {
    volatile u8 buffer[255];
    for (int i = 0; i < 255; i++)
        buffer[i] = i;
    return buffer[*memory + 1]; // BAD
}
