// A bloom filter is asked for an 8-byte value of which 7 are there.
// expect: context-out-of-bounds
// options: --mem 00010203040506
#include "bpf.h"

struct {
    __uint(type, MAP_BLOOM_FILTER);
    __uint(max_entries, 4);
    __type(value, u64);
} filter SEC(".maps");

SEC("raw") u64 ask(u8 *memory, u64 size) {
    return map_peek(&filter, memory); // BAD
}
