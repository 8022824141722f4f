// A byte is read that bpf_xdp_adjust_tail has cut off.
// expect: packet-out-of-bounds
// options: --mem 00000000000000000000000008004500000000000000000000000000000000000000
#include "bpf.h"

SEC("xdp") int trim(struct xdp_md *ctx) {
    if (xdp_adjust_tail(ctx, -4))
        return XDP_ABORTED;
    u8 *data = DATA(ctx);
    return data[30]; // BAD
}
