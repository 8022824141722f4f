// There are no registers behind the last of struct pt_regs.
// expect: context-out-of-bounds
// options: --repeat 1
#include "bpf.h"

SEC("kprobe/do_unlinkat") int probe(u64 *registers) {
    return registers[20] + ((volatile u8 *)registers)[21 * 8]; // BAD
}
