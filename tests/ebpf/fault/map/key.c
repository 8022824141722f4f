// A key of 8 bytes is read from 7.
// expect: context-out-of-bounds
// options: --mem 00010203040506
#include "bpf.h"

struct {
    __uint(type, MAP_HASH);
    __uint(max_entries, 4);
    __type(key, u64);
    __type(value, u32);
} map SEC(".maps");

SEC("raw") u64 look_up(u8 *memory, u64 size) {
    return map_lookup(&map, memory) != NULL; // BAD
}
