// An index runs from one value of an array into the next, as it would in one block of memory.
// expect: map-value-out-of-bounds
// options: --mem 03
#include "bpf.h"

struct {
    __uint(type, MAP_ARRAY);
    __uint(max_entries, 4);
    __type(key, u32);
    __type(value, u64);
} map SEC(".maps");

SEC("raw") u64 next(u8 *memory, u64 size) {
    u32 zero = 0, one = 1;
    u64 *values = map_lookup(&map, &zero);
    if (!values || !map_lookup(&map, &one))
        return 0;
    return values[*memory]; // BAD
}
