// A record is written after it was submitted.
// expect: use-after-free
// options: --mem 00
#include "bpf.h"

struct {
    __uint(type, MAP_RINGBUF);
    __uint(max_entries, 4096);
} ring SEC(".maps");

SEC("raw") u64 record(void *memory, u64 size) {
    u32 *record = ringbuf_reserve(&ring, 8, 0);
    if (!record)
        return 0;
    record[0] = 1;
    ringbuf_submit(record, 0);
    *(volatile u32 *)&record[1] = 2; // BAD
    return 1;
}
