// The context of an XDP program has no field behind the sixth.
// expect: context-out-of-bounds
// options: --mem 00000000000000000000000008004500000000000000000000000000000000000000
#include "bpf.h"

SEC("xdp") int seventh(struct xdp_md *ctx) {
    u32 *fields = (u32 *)ctx;
    return ((volatile u8 *)&fields[6])[0]; // BAD
}
