// A value of 8 bytes is stored from 7.
// expect: context-out-of-bounds
// options: --mem 00010203040506
#include "bpf.h"

struct {
    __uint(type, MAP_HASH);
    __uint(max_entries, 4);
    __type(key, u32);
    __type(value, u64);
} map SEC(".maps");

SEC("raw") u64 store(u8 *memory, u64 size) {
    u32 key = 0;
    return map_update(&map, &key, memory, BPF_ANY); // BAD
}
