// A socket filter as tcpdump's compiler would write it for "udp port 53 or icmp": LD_ABS and LD_IND, which end the
// program where the packet is too short. The result is how many bytes of the packet are kept.
#include "bpf.h"

SEC("socket") int filter(struct __sk_buff *skb) {
    if (load_half(skb, 12) != ETH_P_IP)
        return 0;
    u64 protocol = load_byte(skb, 14 + 9);
    if (protocol == IPPROTO_ICMP)
        return 64;
    if (protocol != IPPROTO_UDP || (load_half(skb, 14 + 6) & 0x1fff) != 0)
        return 0;
    u64 l4 = 14 + ((load_byte(skb, 14) & 15) << 2);
    if (load_half(skb, l4) != 53 && load_half(skb, l4 + 2) != 53)
        return 0;
    return skb->len;
}

char LICENSE[] SEC("license") = "GPL";
