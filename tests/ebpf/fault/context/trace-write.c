// The record of a tracepoint cannot be changed.
// expect: write-to-constant
// options: --mem 0102030405060708
#include "bpf.h"

SEC("tracepoint/sched/sched_switch") int trace(u64 *record) {
    *record = 0; // BAD
    return 0;
}
