// A queue of 8-byte values is popped into 7 bytes.
// expect: context-out-of-bounds
// options: --mem 00010203040506
#include "bpf.h"

struct {
    __uint(type, MAP_QUEUE);
    __uint(max_entries, 4);
    __type(value, u64);
} queue SEC(".maps");

SEC("raw") u64 pop(u8 *memory, u64 size) {
    u64 value = 1;
    map_push(&queue, &value, BPF_ANY);
    return map_pop(&queue, memory); // BAD
}
