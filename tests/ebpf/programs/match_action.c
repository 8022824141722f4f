// A match-action pipeline in the manner of p4c's uBPF back end: a parser fills headers that have a valid bit, tables
// map keys to an action with its data, a deparser writes the headers back. r1 is the packet, r2 its length.
#include "bpf.h"

#define DROP 0
#define PASS 1

struct ethernet_t {
    u8 dst[6], src[6];
    u16 type;
    u8 valid;
};
struct ipv4_t {
    u8 ttl, protocol;
    u32 src, dst;
    u16 check;
    u8 valid;
};
struct mpls_t {
    u32 label;
    u8 tc, bos, ttl;
    u8 valid;
};
struct headers {
    struct ethernet_t ethernet;
    struct mpls_t mpls;
    struct ipv4_t ipv4;
};

enum parser_error { NO_ERROR, PACKET_TOO_SHORT, NO_MATCH };
enum { ACTION_NONE, ACTION_FORWARD, ACTION_SWAP_LABEL, ACTION_DROP };

struct route_key {
    u32 bits;
    u8 dst[4];
};
struct route_value {
    u32 action;
    struct {
        u8 mac[6];
        u16 port;
    } forward;
};
struct label_value {
    u32 action, label;
};

struct {
    __uint(type, MAP_LPM_TRIE);
    __uint(max_entries, 64);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, struct route_key);
    __type(value, struct route_value);
} route SEC(".maps");

struct {
    __uint(type, MAP_HASH);
    __uint(max_entries, 64);
    __type(key, u32);
    __type(value, struct label_value);
} labels SEC(".maps");

struct {
    __uint(type, MAP_ARRAY);
    __uint(max_entries, 4);
    __type(key, u32);
    __type(value, u64);
} errors SEC(".maps");

#define EXTRACT(width)                                                                                                 \
    if (at + (width) > size)                                                                                           \
        return PACKET_TOO_SHORT;

INLINE u16 read16(u8 *p) {
    return p[0] << 8 | p[1];
}
INLINE u32 read32(u8 *p) {
    return (u32)read16(p) << 16 | read16(p + 2);
}
INLINE void write16(u8 *p, u16 v) {
    p[0] = v >> 8;
    p[1] = v;
}

NOINLINE enum parser_error parse(u8 *packet, u64 size, struct headers *h) {
    u64 at = 0;
    EXTRACT(14)
    __builtin_memcpy(h->ethernet.dst, packet, 6);
    __builtin_memcpy(h->ethernet.src, packet + 6, 6);
    h->ethernet.type = read16(packet + 12);
    h->ethernet.valid = 1;
    at = 14;
    if (h->ethernet.type == 0x8847) {
        EXTRACT(4)
        u32 word = read32(packet + at);
        h->mpls.label = word >> 12;
        h->mpls.tc = word >> 9 & 7;
        h->mpls.bos = word >> 8 & 1;
        h->mpls.ttl = word;
        h->mpls.valid = 1;
        at += 4;
        if (!h->mpls.bos)
            return NO_MATCH;
    } else if (h->ethernet.type != ETH_P_IP) {
        return NO_MATCH;
    }
    EXTRACT(20)
    h->ipv4.ttl = packet[at + 8];
    h->ipv4.protocol = packet[at + 9];
    h->ipv4.check = read16(packet + at + 10);
    h->ipv4.src = read32(packet + at + 12);
    h->ipv4.dst = read32(packet + at + 16);
    h->ipv4.valid = 1;
    return NO_ERROR;
}

INLINE int apply_route(struct headers *h, u8 *packet_dst) {
    struct route_key key = {.bits = 32};
    __builtin_memcpy(key.dst, packet_dst, 4);
    struct route_value *value = map_lookup(&route, &key);
    if (!value)
        return DROP; // the default action
    switch (value->action) {
    case ACTION_FORWARD:
        __builtin_memcpy(h->ethernet.src, h->ethernet.dst, 6);
        __builtin_memcpy(h->ethernet.dst, value->forward.mac, 6);
        if (h->ipv4.ttl <= 1)
            return DROP;
        h->ipv4.ttl--;
        // The checksum of a header whose TTL went down by one (RFC 1141).
        u32 sum = h->ipv4.check + 0x100;
        h->ipv4.check = sum + (sum >> 16);
        return value->forward.port;
    case ACTION_DROP:
        return DROP;
    }
    return PASS;
}

INLINE int apply_label(struct headers *h) {
    u32 label = h->mpls.label;
    struct label_value *value = map_lookup(&labels, &label);
    if (!value || value->action != ACTION_SWAP_LABEL)
        return DROP;
    h->mpls.label = value->label;
    h->mpls.ttl--;
    return PASS;
}

INLINE void deparse(struct headers *h, u8 *packet) {
    __builtin_memcpy(packet, h->ethernet.dst, 6);
    __builtin_memcpy(packet + 6, h->ethernet.src, 6);
    u8 *at = packet + 14;
    if (h->mpls.valid) {
        write16(at, h->mpls.label >> 4);
        at[2] = h->mpls.label << 4 | h->mpls.tc << 1 | h->mpls.bos;
        at[3] = h->mpls.ttl;
        at += 4;
    }
    at[8] = h->ipv4.ttl;
    write16(at + 10, h->ipv4.check);
}

SEC("raw") u64 entry(u8 *packet, u64 size) {
    struct headers h = {};
    enum parser_error error = parse(packet, size, &h);
    u32 slot = error;
    u64 *count = map_lookup(&errors, &slot);
    if (count)
        ++*count;
    if (error)
        return DROP;
    int verdict = h.mpls.valid ? apply_label(&h) : apply_route(&h, packet + 30);
    if (verdict != DROP)
        deparse(&h, packet);
    return verdict;
}
