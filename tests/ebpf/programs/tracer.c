// A tracer of file opens: each record of the tracepoint becomes an event in a ring buffer, with the name read through
// the pointer in the record; latencies go into a histogram of powers of two.
#include "bpf.h"

// As /sys/kernel/tracing/events/syscalls/sys_enter_openat/format has it; the name is inline here, behind the fields.
struct open_record {
    u16 type;
    u8 flags, preempt_count;
    s32 pid;
    u32 nr, pad;
    u64 dfd;
    u64 latency_ns;
    u64 open_flags, mode;
    char name[32];
};

struct event {
    u32 pid, flags;
    char name[24];
    u64 sequence;
};

struct {
    __uint(type, MAP_RINGBUF);
    __uint(max_entries, 4096);
} events SEC(".maps");

struct {
    __uint(type, MAP_ARRAY);
    __uint(max_entries, 32);
    __type(key, u32);
    __type(value, u64);
} latency SEC(".maps");

struct {
    __uint(type, MAP_PERF_EVENT_ARRAY);
    __uint(key_size, 4);
    __uint(value_size, 4);
} alerts SEC(".maps");

u64 sequence, dropped, ignored;

INLINE u32 log2(u64 value) {
    u32 log = 0;
#pragma unroll
    for (int shift = 16; shift > 0; shift /= 2)
        if (value >> shift) {
            value >>= shift;
            log += shift;
        }
    return log;
}

SEC("tracepoint/syscalls/sys_enter_openat") int trace_open(struct open_record *record) {
    u32 slot = log2(record->latency_ns);
    u64 *bucket = map_lookup(&latency, &slot);
    if (bucket)
        __sync_fetch_and_add(bucket, 1);

    struct event *event = ringbuf_reserve(&events, sizeof *event, 0);
    if (!event) {
        dropped++;
        return 0;
    }
    event->pid = record->pid;
    event->flags = record->open_flags;
    event->sequence = sequence++;
    long len = probe_read_kernel_str(event->name, sizeof event->name, record->name);
    if (len < 0 || bpf_strncmp(event->name, 5, "/proc") == 0) {
        ignored++;
        ringbuf_discard(event, 0);
        return 0;
    }
    if (bpf_strncmp(event->name, sizeof event->name, "/etc/shadow") == 0) {
        u32 pid = record->pid;
        perf_event_output(record, &alerts, BPF_F_CURRENT_CPU, &pid, sizeof pid);
    }
    ringbuf_submit(event, 0);
    return 1;
}

char LICENSE[] SEC("license") = "GPL";
