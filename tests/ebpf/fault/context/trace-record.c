// The record of a tracepoint is shorter than the program believes.
// expect: context-out-of-bounds
// options: --mem 0102030405060708090a
#include "bpf.h"

SEC("tracepoint/sched/sched_switch") int trace(u64 *record) {
    return ((volatile u16 *)record)[5]; // BAD
}
