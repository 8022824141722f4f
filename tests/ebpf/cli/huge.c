// An array that no machine has the memory for.
#include "bpf.h"

struct {
    __uint(type, MAP_ARRAY);
    __uint(max_entries, 0xffffffff);
    __type(key, u32);
    __type(value, u64);
} huge SEC(".maps");

SEC("raw") u64 look_up(void *memory, u64 size) {
    u32 key = 0;
    return map_lookup(&huge, &key) != NULL;
}
