// A value of an array with one for each processor is read one byte past its end, where the next processor's might lie.
// expect: map-value-out-of-bounds
// options: --cpus 4 --mem 00
#include "bpf.h"

struct {
    __uint(type, MAP_PERCPU_ARRAY);
    __uint(max_entries, 4);
    __type(key, u32);
    __type(value, u64);
} map SEC(".maps");

SEC("raw") u64 beyond(void *memory, u64 size) {
    u32 key = 1;
    u64 fresh = 5;
    map_update(&map, &key, &fresh, BPF_ANY);
    u8 *value = map_lookup(&map, &key);
    return value ? value[8] : 0; // BAD
}
