// An element is used without a test that it is there.
// expect: null-pointer
// options: --mem 00
#include "bpf.h"

struct {
    __uint(type, MAP_HASH);
    __uint(max_entries, 4);
    __type(key, u32);
    __type(value, u64);
} map SEC(".maps");

SEC("raw") u64 absent(void *memory, u64 size) {
    u32 key = 7;
    u64 *value = map_lookup(&map, &key);
    return *value; // BAD
}
