// A value of an array is read one byte past its end: no other element is there.
// expect: map-value-out-of-bounds
// options: --mem 00
#include "bpf.h"

struct {
    __uint(type, MAP_ARRAY);
    __uint(max_entries, 4);
    __type(key, u32);
    __type(value, u64);
} map SEC(".maps");

SEC("raw") u64 beyond(void *memory, u64 size) {
    u32 key = 1;
    
    u8 *value = map_lookup(&map, &key);
    return value ? value[8] : 0; // BAD
}
