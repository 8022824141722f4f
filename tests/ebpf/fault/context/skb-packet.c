// A packet at traffic control is read one byte past its end.
// expect: packet-out-of-bounds
// options: --mem 00000000000000000000000008004500000000000000000000000000000000000000
#include "bpf.h"

SEC("tc") int ports(struct __sk_buff *skb) {
    u8 *data = DATA(skb);
    return *(volatile u16 *)(data + 33); // BAD
}
