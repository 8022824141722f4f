// A pointer from before the packet was moved is used.
// expect: use-after-free
// options: --mem 00000000000000000000000008004500000000000000000000000000000000000000
#include "bpf.h"

SEC("xdp") int decapsulate(struct xdp_md *ctx) {
    u8 *data = DATA(ctx);
    if (xdp_adjust_head(ctx, 4))
        return XDP_ABORTED;
    return data[0]; // BAD
}
