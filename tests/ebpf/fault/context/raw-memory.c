// Memory of 4 bytes is read at offset 4: the loop runs once too often.
// expect: context-out-of-bounds
// options: --mem 01020304
#include "bpf.h"

SEC("raw") u64 sum(volatile u8 *memory, u64 size) {
    u64 sum = 0;
    for (u64 i = 0; i <= size; i++)
        sum += memory[i]; // BAD
    return sum;
}
