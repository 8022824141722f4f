// An 8-byte value is pushed from 7 bytes.
// expect: context-out-of-bounds
// options: --mem 00010203040506
#include "bpf.h"

struct {
    __uint(type, MAP_STACK);
    __uint(max_entries, 4);
    __type(value, u64);
} stack SEC(".maps");

SEC("raw") u64 push(u8 *memory, u64 size) {
    return map_push(&stack, memory, BPF_ANY); // BAD
}
