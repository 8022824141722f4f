// The byte before the packet is written, into the headroom that was never asked for.
// expect: packet-out-of-bounds
// options: --mem 00000000000000000000000008004500000000000000000000000000000000000000
#include "bpf.h"

SEC("xdp") int push(struct xdp_md *ctx) {
    u8 *data = DATA(ctx);
    data[-1] = 1; // BAD
    return XDP_PASS;
}
