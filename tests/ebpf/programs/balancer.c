// A layer 4 load balancer: the first program finds the service and goes on, by tail call, with the program for the
// transport protocol. Flows stay with their backend (LRU hash); addresses and checksums are rewritten, the packet is
// sent back out.
#include "bpf.h"

struct service {
    be32 address;
    be16 port;
    u8 protocol, pad;
};
struct backend {
    be32 address;
    u8 mac[6];
    u16 pad;
};
struct flow {
    be32 saddr;
    be16 sport, dport;
};
struct stats {
    u64 new_flows, known_flows;
};

struct {
    __uint(type, MAP_HASH);
    __uint(max_entries, 16);
    __type(key, struct service);
    __type(value, u32); // number of backends, from index 0
} services SEC(".maps");

struct {
    __uint(type, MAP_ARRAY);
    __uint(max_entries, 8);
    __type(key, u32);
    __type(value, struct backend);
} backends SEC(".maps");

struct {
    __uint(type, MAP_LRU_HASH);
    __uint(max_entries, 64);
    __type(key, struct flow);
    __type(value, u32);
} flows SEC(".maps");

struct {
    __uint(type, MAP_ARRAY);
    __uint(max_entries, 256);
    __type(key, u32);
    __type(value, struct stats);
} by_protocol SEC(".maps");

int tcp_program(struct xdp_md *ctx);
int udp_program(struct xdp_md *ctx);

struct {
    __uint(type, MAP_PROG_ARRAY);
    __uint(max_entries, 256);
    __uint(key_size, 4);
    __uint(value_size, 4);
    __array(values, int(void *));
} transports SEC(".maps") = {.values = {
    [IPPROTO_TCP] = (void *)&tcp_program,
    [IPPROTO_UDP] = (void *)&udp_program,
}};

// Jenkins' one-at-a-time over the flow.
NOINLINE u32 hash(struct flow *flow) {
    u32 h = 0;
    u8 *bytes = (u8 *)flow;
    for (u32 i = 0; i < sizeof *flow; i++) {
        h += bytes[i];
        h += h << 10;
        h ^= h >> 6;
    }
    h += h << 3;
    h ^= h >> 11;
    return h + (h << 15);
}

INLINE u16 fold(u32 sum) {
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return ~sum;
}

INLINE u32 choose(struct flow *flow, u32 count, u8 protocol) {
    u32 slot = protocol;
    struct stats *stats = map_lookup(&by_protocol, &slot);
    u32 *known = map_lookup(&flows, flow);
    if (known) {
        if (stats)
            stats->known_flows++;
        return *known;
    }
    u32 backend = hash(flow) % count;
    map_update(&flows, flow, &backend, BPF_ANY);
    if (stats)
        stats->new_flows++;
    return backend;
}

INLINE int forward(struct xdp_md *ctx, u8 protocol, u32 l4_check) {
    void *data = DATA(ctx), *end = DATA_END(ctx);
    struct ethhdr *eth = data;
    struct iphdr *ip = data + sizeof *eth;
    struct udphdr *ports = (void *)(ip + 1);
    u16 *check = (void *)ports + l4_check;
    if ((void *)(ports + 1) > end || (void *)(check + 1) > end)
        return XDP_DROP;

    struct service service = {.address = ip->daddr, .port = ports->dest, .protocol = protocol};
    u32 *count = map_lookup(&services, &service);
    if (!count || *count == 0)
        return XDP_PASS;
    struct flow flow = {.saddr = ip->saddr, .sport = ports->source, .dport = ports->dest};
    u32 index = choose(&flow, *count, protocol);
    struct backend *backend = map_lookup(&backends, &index);
    if (!backend)
        return XDP_ABORTED;

    be32 old = ip->daddr, new = backend->address;
    ip->daddr = new;
    ip->check = fold(csum_diff(&old, 4, &new, 4, (u16)~ip->check));
    if (protocol == IPPROTO_TCP || *check != 0) {
        u16 sum = fold(csum_diff(&old, 4, &new, 4, (u16)~*check));
        *check = sum ? sum : 0xffff;
    }
    __builtin_memcpy(eth->source, eth->dest, 6);
    __builtin_memcpy(eth->dest, backend->mac, 6);
    return XDP_TX;
}

SEC("xdp/tcp") int tcp_program(struct xdp_md *ctx) {
    return forward(ctx, IPPROTO_TCP, 16);
}

SEC("xdp/udp") int udp_program(struct xdp_md *ctx) {
    return forward(ctx, IPPROTO_UDP, 6);
}

SEC("xdp") int balancer(struct xdp_md *ctx) {
    void *data = DATA(ctx), *end = DATA_END(ctx);
    struct ethhdr *eth = data;
    struct iphdr *ip = data + sizeof *eth;
    if ((void *)(ip + 1) > end)
        return XDP_DROP;
    if (eth->proto != htons(ETH_P_IP) || ip->ihl != 5)
        return XDP_PASS;
    tail_call(ctx, &transports, ip->protocol);
    return XDP_PASS; // no program for this protocol
}

char LICENSE[] SEC("license") = "GPL";
