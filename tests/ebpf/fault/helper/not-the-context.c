// A packet helper is given something else than the context.
// expect: helper-misuse
// options: --mem 00000000000000000000000008004500000000000000000000000000000000000000
#include "bpf.h"

SEC("xdp") int trim(struct xdp_md *ctx) {
    struct xdp_md copy = *ctx;
    return xdp_adjust_tail(&copy, -1); // BAD
}
