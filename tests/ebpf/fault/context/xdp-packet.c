// A packet is read one byte past its end: the comparison forgets the last byte.
// expect: packet-out-of-bounds
// options: --mem 00000000000000000000000008004500000000000000000000000000000000000000
#include "bpf.h"

SEC("xdp") int last_byte(struct xdp_md *ctx) {
    u8 *data = DATA(ctx), *end = DATA_END(ctx);
    if (data + 34 > end)
        return XDP_PASS;
    return data[34]; // BAD
}
