// An XDP firewall: sources are judged by the longest prefix that matches, destination ports by a hash; every decision is
// counted. IPv4 and IPv6, through up to two VLAN tags.
#include "bpf.h"

struct v4_key {
    u32 bits;
    u8 address[4];
};
struct v6_key {
    u32 bits;
    u8 address[16];
};

enum action { DENY = 1, ALLOW };

struct {
    __uint(type, MAP_LPM_TRIE);
    __uint(max_entries, 1024);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, struct v4_key);
    __type(value, u32);
} sources SEC(".maps");

struct {
    __uint(type, MAP_LPM_TRIE);
    __uint(max_entries, 1024);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, struct v6_key);
    __type(value, u32);
} sources6 SEC(".maps");

struct {
    __uint(type, MAP_HASH);
    __uint(max_entries, 256);
    __type(key, be16);
    __type(value, u8);
} open_ports SEC(".maps");

enum reason { MALFORMED, NOT_IP, BY_SOURCE, BY_PORT, PASSED, REASONS };

struct counters {
    u64 packets, bytes;
};

struct {
    __uint(type, MAP_ARRAY);
    __uint(max_entries, REASONS);
    __type(key, u32);
    __type(value, struct counters);
} reasons SEC(".maps");

INLINE int count(enum reason reason, u64 bytes, int verdict) {
    u32 key = reason;
    struct counters *c = map_lookup(&reasons, &key);
    if (c) {
        __sync_fetch_and_add(&c->packets, 1);
        __sync_fetch_and_add(&c->bytes, bytes);
    }
    return verdict;
}

INLINE int port_is_open(void *l4, void *end, u8 protocol) {
    // Ports stand at the same place in TCP and UDP.
    struct udphdr *udp = l4;
    if (protocol != IPPROTO_TCP && protocol != IPPROTO_UDP)
        return 1;
    if ((void *)(udp + 1) > end)
        return -1;
    be16 port = udp->dest;
    u8 *open = map_lookup(&open_ports, &port);
    return open && *open;
}

SEC("xdp") int firewall(struct xdp_md *ctx) {
    void *data = DATA(ctx), *end = DATA_END(ctx);
    u64 size = end - data;
    struct ethhdr *eth = data;
    if ((void *)(eth + 1) > end)
        return count(MALFORMED, size, XDP_DROP);
    be16 proto = eth->proto;
    void *next = eth + 1;
#pragma unroll
    for (int tag = 0; tag < 2; tag++) {
        if (proto != htons(ETH_P_8021Q))
            break;
        struct vlan_hdr *vlan = next;
        if ((void *)(vlan + 1) > end)
            return count(MALFORMED, size, XDP_DROP);
        proto = vlan->proto;
        next = vlan + 1;
    }

    u32 *rule;
    u8 protocol;
    void *l4;
    if (proto == htons(ETH_P_IP)) {
        struct iphdr *ip = next;
        if ((void *)(ip + 1) > end || ip->ihl < 5)
            return count(MALFORMED, size, XDP_DROP);
        struct v4_key key = {.bits = 32};
        __builtin_memcpy(key.address, &ip->saddr, 4);
        rule = map_lookup(&sources, &key);
        protocol = ip->protocol;
        l4 = next + ip->ihl * 4;
    } else if (proto == htons(ETH_P_IPV6)) {
        struct ipv6hdr *ip = next;
        if ((void *)(ip + 1) > end)
            return count(MALFORMED, size, XDP_DROP);
        struct v6_key key = {.bits = 128};
        __builtin_memcpy(key.address, ip->saddr, 16);
        rule = map_lookup(&sources6, &key);
        protocol = ip->nexthdr;
        l4 = ip + 1;
    } else {
        return count(NOT_IP, size, XDP_PASS);
    }
    if (rule && *rule == DENY)
        return count(BY_SOURCE, size, XDP_DROP);
    switch (port_is_open(l4, end, protocol)) {
    case 0:
        return count(BY_PORT, size, XDP_DROP);
    case 1:
        return count(PASSED, size, XDP_PASS);
    default:
        return count(MALFORMED, size, XDP_DROP);
    }
}

char LICENSE[] SEC("license") = "GPL";
