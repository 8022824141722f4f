// A token bucket for each source: what comes faster than tokens do is dropped. Sources that were not heard of for the
// longest time are forgotten when the table is full.
#include "bpf.h"

struct bucket {
    u32 lock;
    u32 tokens;
    u64 filled_at;
};

struct {
    __uint(type, MAP_LRU_HASH);
    __uint(max_entries, 4);
    __type(key, be32);
    __type(value, struct bucket);
} buckets SEC(".maps");

struct {
    __uint(type, MAP_QUEUE);
    __uint(max_entries, 8);
    __type(value, be32);
} offenders SEC(".maps");

u32 burst = 3;
u64 ns_per_token = 1000000000000; // a token in a thousand seconds: none, as far as a test goes

SEC("xdp") int ratelimit(struct xdp_md *ctx) {
    void *data = DATA(ctx), *end = DATA_END(ctx);
    struct ethhdr *eth = data;
    struct iphdr *ip = (void *)(eth + 1);
    if ((void *)(ip + 1) > end || eth->proto != htons(ETH_P_IP))
        return XDP_PASS;

    be32 source = ip->saddr;
    u64 now = ktime_get_ns();
    struct bucket *bucket = map_lookup(&buckets, &source);
    if (!bucket) {
        struct bucket fresh = {.tokens = burst - 1, .filled_at = now};
        return map_update(&buckets, &source, &fresh, BPF_NOEXIST) ? XDP_ABORTED : XDP_PASS;
    }
    int verdict = XDP_DROP;
    u64 earned = (now - bucket->filled_at) / ns_per_token;
    spin_lock(&bucket->lock);
    if (earned > 0) {
        u64 tokens = bucket->tokens + earned;
        bucket->tokens = tokens > burst ? burst : tokens;
        bucket->filled_at += earned * ns_per_token;
    }
    if (bucket->tokens > 0) {
        bucket->tokens--;
        verdict = XDP_PASS;
    }
    spin_unlock(&bucket->lock);
    if (verdict == XDP_DROP)
        map_push(&offenders, &source, BPF_EXIST);
    return verdict;
}

char LICENSE[] SEC("license") = "GPL";
