// Source NAT at traffic control: the address of one network is replaced by a public one and the port by one of a range;
// checksums are updated by the helpers. What the packet was is remembered for the way back.
#include "bpf.h"

#define IP_SADDR (14 + __builtin_offsetof(struct iphdr, saddr))
#define IP_CHECK (14 + __builtin_offsetof(struct iphdr, check))
#define L4 (14 + sizeof(struct iphdr))

struct endpoint {
    be32 address;
    be16 port;
    u16 protocol;
};

struct {
    __uint(type, MAP_HASH);
    __uint(max_entries, 256);
    __type(key, be16);
    __type(value, struct endpoint);
} translated SEC(".maps");

be32 public_address = 0x010200c0; // 192.0.2.1
u16 next_port = 40000;

SEC("tc") int nat(struct __sk_buff *skb) {
    void *data = DATA(skb), *end = DATA_END(skb);
    struct iphdr *ip = data + sizeof(struct ethhdr);
    if (skb->protocol != htons(ETH_P_IP) || (void *)(ip + 1) > end || ip->ihl != 5)
        return TC_ACT_OK;
    if ((ip->saddr & 0xff) != 10)
        return TC_ACT_OK;
    u8 protocol = ip->protocol;
    if (protocol != IPPROTO_TCP && protocol != IPPROTO_UDP)
        return TC_ACT_SHOT;

    struct endpoint from = {.address = ip->saddr, .protocol = protocol};
    u32 check = L4 + (protocol == IPPROTO_TCP ? 16 : 6);
    if (skb_load_bytes(skb, L4, &from.port, 2))
        return TC_ACT_SHOT;
    be16 port = htons(next_port++);
    if (map_update(&translated, &port, &from, BPF_NOEXIST))
        return TC_ACT_SHOT;

    u64 udp = protocol == IPPROTO_UDP ? 0x20 : 0; // BPF_F_MARK_MANGLED_0: 0 is no checksum
    l4_csum_replace(skb, check, from.address, public_address, 0x10 | udp | 4);
    l4_csum_replace(skb, check, from.port, port, udp | 2);
    l3_csum_replace(skb, IP_CHECK, from.address, public_address, 4);
    skb_store_bytes(skb, IP_SADDR, &public_address, 4, 0);
    skb_store_bytes(skb, L4, &port, 2, 0);
    skb->mark = ntohs(port);
    skb->cb[0] = skb->len;
    return TC_ACT_OK;
}

char LICENSE[] SEC("license") = "GPL";
