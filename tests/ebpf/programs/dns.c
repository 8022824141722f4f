// Parses DNS queries and drops those for blocked names. A name is matched whole and in lower case; what is no query
// passes, what is malformed is dropped. The queries that were seen are counted by type.
#include "bpf.h"

#define NAME_SIZE 64
#define MAX_LABELS 10

struct dns_header {
    be16 id, flags, questions, answers, authorities, additional;
};

struct name {
    char text[NAME_SIZE]; // lower case, dots between the labels, zeros behind
};

struct {
    __uint(type, MAP_HASH);
    __uint(max_entries, 64);
    __type(key, struct name);
    __type(value, u64); // hits
} blocked SEC(".maps");

struct {
    __uint(type, MAP_LRU_HASH);
    __uint(max_entries, 16);
    __type(key, u16);
    __type(value, u64);
} by_type SEC(".maps");

INLINE char lower(char c) {
    return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

// Reads a name at `at`; gives the place behind it, or null.
NOINLINE u8 *read_name(u8 *at, u8 *end, struct name *name) {
    u32 used = 0;
    for (int label = 0; label < MAX_LABELS; label++) {
        if (at + 1 > end)
            return NULL;
        u32 len = *at++;
        if (len == 0)
            return at;
        if (len > 63 || used + len + 1 >= NAME_SIZE || at + len > end)
            return NULL;
        if (used > 0)
            name->text[used++] = '.';
        for (u32 i = 0; i < len; i++)
            name->text[used++] = lower(at[i]);
        at += len;
    }
    return NULL;
}

SEC("xdp") int dns(struct xdp_md *ctx) {
    u8 *data = DATA(ctx), *end = DATA_END(ctx);
    struct ethhdr *eth = (void *)data;
    struct iphdr *ip = (void *)(eth + 1);
    if ((u8 *)(ip + 1) > end || eth->proto != htons(ETH_P_IP) || ip->protocol != IPPROTO_UDP)
        return XDP_PASS;
    struct udphdr *udp = (void *)ip + ip->ihl * 4;
    struct dns_header *dns = (void *)(udp + 1);
    if ((u8 *)(dns + 1) > end)
        return XDP_PASS;
    if (udp->dest != htons(53) || (dns->flags & htons(0x8000)) || ntohs(dns->questions) != 1)
        return XDP_PASS;

    struct name name = {};
    u8 *behind = read_name((u8 *)(dns + 1), end, &name);
    if (!behind || behind + 4 > end)
        return XDP_DROP;
    u16 type = behind[0] << 8 | behind[1];
    u64 one = 1, *count = map_lookup(&by_type, &type);
    if (count)
        ++*count;
    else
        map_update(&by_type, &type, &one, BPF_ANY);

    u64 *hits = map_lookup(&blocked, &name);
    if (!hits)
        return XDP_PASS;
    ++*hits;
    return XDP_DROP;
}

char LICENSE[] SEC("license") = "GPL";
