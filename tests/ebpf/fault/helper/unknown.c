// A helper of the kernel that does not exist here is called: the fault has its name and number.
// expect: missing-function
// options: --mem 00000000000000000000000008004500000000000000000000000000000000000000
#include "bpf.h"

SEC("xdp") int route(struct xdp_md *ctx) {
    u8 params[64] = {};
    return fib_lookup(ctx, params, sizeof params, 0); // BAD
}
