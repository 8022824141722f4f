// A gateway between tagged networks at traffic control: customers' packets leave with the provider's tag around their own,
// provider's packets lose it, tunnelled ones get room for an outer header. Congestion is marked, flows are hashed.
#include "bpf.h"

static long (*const vlan_push)(void *skb, be16 proto, u16 tci) = (void *)18;
static long (*const vlan_pop)(void *skb) = (void *)19;
static u32 (*const get_hash_recalc)(void *skb) = (void *)34;
static long (*const change_head)(void *skb, u32 len, u64 flags) = (void *)43;
static long (*const adjust_room)(void *skb, s32 delta, u32 mode, u64 flags) = (void *)50;
static long (*const ecn_set_ce)(void *skb) = (void *)97;

#define ETH_P_8021AD 0x88a8
#define PROVIDER_TAG 100
enum { TC_ACT_REDIRECT = 7 };

struct {
    __uint(type, MAP_HASH);
    __uint(max_entries, 16);
    __type(key, u32);
    __type(value, u64);
} by_hash SEC(".maps");

INLINE void count(struct __sk_buff *skb) {
    u32 hash = get_hash_recalc(skb);
    u64 one = 1, *n = map_lookup(&by_hash, &hash);
    if (n)
        ++*n;
    else
        map_update(&by_hash, &hash, &one, BPF_ANY);
}

// From a customer: its tag, if any, goes inside.
SEC("tc/customer") int from_customer(struct __sk_buff *skb) {
    if (skb->vlan_present && (skb->vlan_tci & 0xfff) == 99)
        return TC_ACT_SHOT;
    count(skb);
    return vlan_push(skb, htons(ETH_P_8021AD), PROVIDER_TAG) ? TC_ACT_SHOT : TC_ACT_OK;
}

// From the provider: only its own packets, without its tag; what is to the second port goes straight to it.
SEC("tc/provider") int from_provider(struct __sk_buff *skb) {
    if (!skb->vlan_present || skb->vlan_proto != htons(ETH_P_8021AD) || (skb->vlan_tci & 0xfff) != PROVIDER_TAG)
        return TC_ACT_SHOT;
    if (vlan_pop(skb))
        return TC_ACT_SHOT;
    ecn_set_ce(skb);
    return skb->vlan_present && (skb->vlan_tci & 0xfff) == 2 ? redirect(7, 0) : TC_ACT_OK;
}

// Into a tunnel: a GRE-like header of 4 bytes behind the IP header, an outer Ethernet header in front.
SEC("tc/tunnel") int into_tunnel(struct __sk_buff *skb) {
    be32 key = htonl(0xabcd);
    if (skb->protocol != htons(ETH_P_IP) || adjust_room(skb, 4, 0, 0))
        return TC_ACT_SHOT;
    if (skb_store_bytes(skb, 14 + 20, &key, 4, 0) || change_head(skb, 14, 0))
        return TC_ACT_SHOT;
    u8 *data = DATA(skb), *end = DATA_END(skb);
    if (data + 14 > end)
        return TC_ACT_SHOT;
    data[12] = 0x65;
    data[13] = 0x58;
    return TC_ACT_OK;
}

char LICENSE[] SEC("license") = "GPL";
