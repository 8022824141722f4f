// The context of a socket filter is read one byte past its end.
// expect: context-out-of-bounds
// options: --mem 00000000000000000000000008004500000000000000000000000000000000000000
#include "bpf.h"

SEC("socket") int beyond(struct __sk_buff *skb) {
    return *((volatile u8 *)skb + sizeof *skb); // BAD
}
