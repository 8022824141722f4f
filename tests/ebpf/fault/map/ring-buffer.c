// A record is written one byte past its end.
// expect: record-out-of-bounds
// options: --mem 00
#include "bpf.h"

struct {
    __uint(type, MAP_RINGBUF);
    __uint(max_entries, 4096);
} ring SEC(".maps");

SEC("raw") u64 record(void *memory, u64 size) {
    u8 *record = ringbuf_reserve(&ring, 12, 0);
    if (!record)
        return 0;
    record[12] = 1; // BAD
    ringbuf_submit(record, 0);
    return 1;
}
