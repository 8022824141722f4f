// A value of a map in a map is read one byte past its end.
// expect: map-value-out-of-bounds
// options: --mem 00
#include "bpf.h"

struct inner {
    __uint(type, MAP_ARRAY);
    __uint(max_entries, 2);
    __type(key, u32);
    __type(value, u16);
} first SEC(".maps");

struct {
    __uint(type, MAP_ARRAY_OF_MAPS);
    __uint(max_entries, 1);
    __type(key, u32);
    __array(values, struct inner);
} outer SEC(".maps") = {.values = {&first}};

SEC("raw") u64 beyond(void *memory, u64 size) {
    u32 key = 0;
    void *inner = map_lookup(&outer, &key);
    if (!inner)
        return 0;
    u8 *value = map_lookup(inner, &key);
    return value ? value[2] : 0; // BAD
}
