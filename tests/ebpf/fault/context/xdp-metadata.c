// Metadata of 8 bytes is read one byte below its start.
// expect: packet-out-of-bounds
// options: --mem 00000000000000000000000008004500000000000000000000000000000000000000
#include "bpf.h"

SEC("xdp") int mark(struct xdp_md *ctx) {
    if (xdp_adjust_meta(ctx, -8))
        return XDP_ABORTED;
    u8 *meta = (void *)(long)ctx->data_meta;
    return meta[-1]; // BAD
}
