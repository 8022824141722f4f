// A format without its zero at the end lies about its size.
// expect: constant-out-of-bounds
// options: --mem 00
#include "bpf.h"

SEC("raw") u64 print(u8 *memory, u64 size) {
    static const char format[] = "%d\n";
    return trace_printk(format, sizeof format + 1, *memory); // BAD
}
