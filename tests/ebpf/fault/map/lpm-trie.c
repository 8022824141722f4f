// A value of an LPM trie is read one byte past its end.
// expect: map-value-out-of-bounds
// options: --mem 00
#include "bpf.h"

struct {
    __uint(type, MAP_LPM_TRIE);
    __uint(max_entries, 4);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, u64);
    __type(value, u32);
} map SEC(".maps");

SEC("raw") u64 beyond(void *memory, u64 size) {
    u64 key = 8;
    u32 fresh = 1;
    map_update(&map, &key, &fresh, BPF_ANY);
    u8 *value = map_lookup(&map, &key);
    return value ? value[4] : 0; // BAD
}
