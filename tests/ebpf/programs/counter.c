// Counts packets and bytes of every source, and packets of every protocol, without a shared counter: each processor has
// its own.
#include "bpf.h"

struct counters {
    u64 packets, bytes;
};

struct {
    __uint(type, MAP_PERCPU_HASH);
    __uint(max_entries, 128);
    __type(key, be32);
    __type(value, struct counters);
} by_source SEC(".maps");

struct {
    __uint(type, MAP_PERCPU_ARRAY);
    __uint(max_entries, 256);
    __type(key, u32);
    __type(value, u64);
} by_protocol SEC(".maps");

u64 seen;               // .bss
u64 last_cpu = 99;      // .data
const u32 smallest = 34; // .rodata

SEC("xdp") int counter(struct xdp_md *ctx) {
    u8 *data = DATA(ctx), *end = DATA_END(ctx);
    struct iphdr *ip = (void *)(data + sizeof(struct ethhdr));
    __sync_fetch_and_add(&seen, 1);
    last_cpu = get_smp_processor_id();
    if (data + *(volatile const u32 *)&smallest > end || (void *)(ip + 1) > (void *)end)
        return XDP_PASS;

    be32 source = ip->saddr;
    struct counters *c = map_lookup(&by_source, &source);
    if (!c) {
        struct counters first = {0, 0};
        map_update(&by_source, &source, &first, BPF_NOEXIST);
        c = map_lookup(&by_source, &source);
        if (!c)
            return XDP_ABORTED;
    }
    c->packets++;
    c->bytes += end - data;

    u32 protocol = ip->protocol;
    u64 *n = map_lookup(&by_protocol, &protocol);
    if (n)
        *n += 1;
    return XDP_PASS;
}

// What user space would do: the sum over all processors of one protocol's counts.
SEC("raw") u64 total(u32 *protocol, u64 size) {
    u64 sum = 0;
    for (u32 cpu = 0; cpu < 8; cpu++) {
        u64 *n = map_lookup_percpu(&by_protocol, protocol, cpu);
        if (n)
            sum += *n;
    }
    return sum;
}

char LICENSE[] SEC("license") = "GPL";
