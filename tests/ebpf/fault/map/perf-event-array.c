// An event of 8 bytes is sent from 7.
// expect: context-out-of-bounds
// options: --mem 00010203040506
#include "bpf.h"

struct {
    __uint(type, MAP_PERF_EVENT_ARRAY);
    __uint(key_size, 4);
    __uint(value_size, 4);
} events SEC(".maps");

SEC("raw") u64 send(u8 *memory, u64 size) {
    return perf_event_output(memory, &events, BPF_F_CURRENT_CPU, memory, 8); // BAD
}
