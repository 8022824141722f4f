// What the command line is tested with.
#include "bpf.h"

struct {
    __uint(type, MAP_HASH);
    __uint(max_entries, 1 << 20);
    __type(key, u32);
    __type(value, u64);
} table SEC(".maps");

int second(struct xdp_md *ctx);

struct {
    __uint(type, MAP_PROG_ARRAY);
    __uint(max_entries, 2);
    __uint(key_size, 4);
    __uint(value_size, 4);
} next SEC(".maps");

static u64 (*const mix)(u64 a, u64 b) = (void *)1000;

const volatile u32 fixed = 5;
u64 runs = 100;

// r0 is the sum of the memory's bytes and of the runs so far; the memory is not kept.
SEC("raw") u64 sum(u8 *memory, u64 size) {
    u64 sum = runs++;
    for (u64 i = 0; i < size; i++)
        sum += memory[i]++;
    return sum + fixed - 5;
}

// Fills the table until it takes no more; the reason and how many fitted.
SEC("raw") u64 fill(void *memory, u64 size) {
    u64 value = 0;
    for (u32 key = 0;; key++) {
        long error = map_update(&table, &key, &value, BPF_ANY);
        if (error)
            return (u64)-error << 32 | key;
    }
}

SEC("raw") u64 mixed(u8 *memory, u64 size) {
    return mix(size, 10) + get_prandom_u32();
}

SEC("xdp") int first(struct xdp_md *ctx) {
    u8 *data = DATA(ctx), *end = DATA_END(ctx);
    if (data + 15 > end)
        return XDP_DROP;
    tail_call(ctx, &next, 1);
    return data[14];
}

SEC("xdp") int second(struct xdp_md *ctx) {
    return xdp_adjust_tail(ctx, -1) ? XDP_ABORTED : XDP_TX;
}

SEC("xdp") int careless(struct xdp_md *ctx) {
    u8 *data = DATA(ctx);
    return data[20] ? XDP_PASS : XDP_DROP;
}
