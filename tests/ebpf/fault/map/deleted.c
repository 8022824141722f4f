// A pointer to a deleted element is kept until the next run: it was valid as long as the program that deleted it.
// expect: use-after-free
// options: --mem 00 --repeat 2
#include "bpf.h"

struct {
    __uint(type, MAP_HASH);
    __uint(max_entries, 4);
    __type(key, u32);
    __type(value, u64);
} map SEC(".maps");

u64 *kept;

SEC("raw") u64 keep(void *memory, u64 size) {
    u32 key = 0;
    u64 value = 42;
    if (kept)
        return *kept; // BAD
    map_update(&map, &key, &value, BPF_ANY);
    kept = map_lookup(&map, &key);
    map_delete(&map, &key);
    return *kept == 42;
}
