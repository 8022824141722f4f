// Bytes of the packet are copied into a buffer that is too small.
// expect: map-value-out-of-bounds
// options: --mem 00000000000000000000000008004500000000000000000000000000000000000000
#include "bpf.h"

struct {
    __uint(type, MAP_ARRAY);
    __uint(max_entries, 1);
    __type(key, u32);
    __type(value, u32);
} scratch SEC(".maps");

SEC("tc") int copy(struct __sk_buff *skb) {
    u32 key = 0, *buffer = map_lookup(&scratch, &key);
    return buffer ? skb_load_bytes(skb, 0, buffer, 5) : 0; // BAD
}
