// What BPF programs use of the kernel's and libbpf's headers, in our own words: types, map declarations, contexts,
// helpers, network headers. No header of the system is needed.
#pragma once

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef signed char s8;
typedef short s16;
typedef int s32;
typedef long long s64;
typedef u16 be16;
typedef u32 be32;

#define NULL ((void *)0)
#define SEC(name) __attribute__((section(name), used))
#define INLINE static inline __attribute__((always_inline))
#define NOINLINE static __attribute__((noinline))

// --- maps -----------------------------------------------------------------------------------------------------
#define __uint(name, value) int(*name)[value]
#define __type(name, type) typeof(type) *name
#define __array(name, type) typeof(type) *name[]

enum {
    MAP_HASH = 1, MAP_ARRAY, MAP_PROG_ARRAY, MAP_PERF_EVENT_ARRAY, MAP_PERCPU_HASH, MAP_PERCPU_ARRAY,
    MAP_LRU_HASH = 9, MAP_LRU_PERCPU_HASH, MAP_LPM_TRIE, MAP_ARRAY_OF_MAPS, MAP_HASH_OF_MAPS, MAP_DEVMAP,
    MAP_QUEUE = 22, MAP_STACK, MAP_RINGBUF = 27, MAP_BLOOM_FILTER = 30,
};
enum { BPF_ANY, BPF_NOEXIST, BPF_EXIST };
#define BPF_F_NO_PREALLOC 1
#define BPF_F_CURRENT_CPU 0xffffffffull

// --- contexts -------------------------------------------------------------------------------------------------
struct xdp_md {
    u32 data, data_end, data_meta, ingress_ifindex, rx_queue_index, egress_ifindex;
};
enum { XDP_ABORTED, XDP_DROP, XDP_PASS, XDP_TX, XDP_REDIRECT };

struct __sk_buff {
    u32 len, pkt_type, mark, queue_mapping, protocol, vlan_present, vlan_tci, vlan_proto, priority;
    u32 ingress_ifindex, ifindex, tc_index, cb[5], hash, tc_classid, data, data_end, napi_id;
    u32 family, remote_ip4, local_ip4, remote_ip6[4], local_ip6[4], remote_port, local_port, data_meta;
    u64 flow_keys, tstamp;
    u32 wire_len, gso_segs;
    u64 sk;
    u32 gso_size;
    u8 tstamp_type;
    u64 hwtstamp __attribute__((aligned(8)));
};
enum { TC_ACT_OK = 0, TC_ACT_SHOT = 2 };

#define DATA(ctx) ((void *)(long)(ctx)->data)
#define DATA_END(ctx) ((void *)(long)(ctx)->data_end)

// --- helpers --------------------------------------------------------------------------------------------------
static void *(*const map_lookup)(void *map, const void *key) = (void *)1;
static long (*const map_update)(void *map, const void *key, const void *value, u64 flags) = (void *)2;
static long (*const map_delete)(void *map, const void *key) = (void *)3;
static u64 (*const ktime_get_ns)(void) = (void *)5;
static long (*const trace_printk)(const char *format, u32 size, ...) = (void *)6;
static u32 (*const get_prandom_u32)(void) = (void *)7;
static u32 (*const get_smp_processor_id)(void) = (void *)8;
static long (*const skb_store_bytes)(void *skb, u32 offset, const void *from, u32 len, u64 flags) = (void *)9;
static long (*const l3_csum_replace)(void *skb, u32 offset, u64 from, u64 to, u64 size) = (void *)10;
static long (*const l4_csum_replace)(void *skb, u32 offset, u64 from, u64 to, u64 flags) = (void *)11;
static long (*const tail_call)(void *ctx, void *map, u32 index) = (void *)12;
static u64 (*const get_current_pid_tgid)(void) = (void *)14;
static long (*const get_current_comm)(void *buf, u32 size) = (void *)16;
static long (*const redirect)(u32 ifindex, u64 flags) = (void *)23;
static long (*const perf_event_output)(void *ctx, void *map, u64 flags, void *data, u64 size) = (void *)25;
static long (*const skb_load_bytes)(const void *skb, u32 offset, void *to, u32 len) = (void *)26;
static long (*const csum_diff)(void *from, u32 from_size, void *to, u32 to_size, u32 seed) = (void *)28;
static long (*const xdp_adjust_head)(void *xdp, int delta) = (void *)44;
static long (*const redirect_map)(void *map, u64 key, u64 flags) = (void *)51;
static long (*const xdp_adjust_meta)(void *xdp, int delta) = (void *)54;
static long (*const xdp_adjust_tail)(void *xdp, int delta) = (void *)65;
static long (*const fib_lookup)(void *ctx, void *params, int len, u32 flags) = (void *)69;
static long (*const map_push)(void *map, const void *value, u64 flags) = (void *)87;
static long (*const map_pop)(void *map, void *value) = (void *)88;
static long (*const map_peek)(void *map, void *value) = (void *)89;
static long (*const spin_lock)(void *lock) = (void *)93;
static long (*const spin_unlock)(void *lock) = (void *)94;
static long (*const strtol)(const char *buf, u64 len, u64 flags, long *result) = (void *)105;
static long (*const strtoul)(const char *buf, u64 len, u64 flags, u64 *result) = (void *)106;
static long (*const probe_read_kernel)(void *to, u32 size, const void *from) = (void *)113;
static long (*const probe_read_kernel_str)(void *to, u32 size, const void *from) = (void *)115;
static long (*const ringbuf_output)(void *ring, void *data, u64 size, u64 flags) = (void *)130;
static void *(*const ringbuf_reserve)(void *ring, u64 size, u64 flags) = (void *)131;
static void (*const ringbuf_submit)(void *record, u64 flags) = (void *)132;
static void (*const ringbuf_discard)(void *record, u64 flags) = (void *)133;
static u64 (*const ringbuf_query)(void *ring, u64 flags) = (void *)134;
static long (*const for_each_map_elem)(void *map, void *callback, void *ctx, u64 flags) = (void *)164;
static long (*const snprintf)(char *to, u32 size, const char *format, u64 *data, u32 len) = (void *)165;
static long (*const loop)(u32 count, void *callback, void *ctx, u64 flags) = (void *)181;
static long (*const bpf_strncmp)(const char *a, u32 size, const char *b) = (void *)182;
static void *(*const map_lookup_percpu)(void *map, const void *key, u32 cpu) = (void *)195;

// LD_ABS and LD_IND: bytes of a socket buffer, in host order; the program ends with 0 where there are none.
u64 load_byte(void *skb, u64 offset) asm("llvm.bpf.load.byte");
u64 load_half(void *skb, u64 offset) asm("llvm.bpf.load.half");
u64 load_word(void *skb, u64 offset) asm("llvm.bpf.load.word");

// --- byte order -----------------------------------------------------------------------------------------------
#define ntohs(x) ((u16)__builtin_bswap16(x))
#define htons(x) ((be16)__builtin_bswap16(x))
#define ntohl(x) ((u32)__builtin_bswap32(x))
#define htonl(x) ((be32)__builtin_bswap32(x))

// --- network headers ------------------------------------------------------------------------------------------
#define ETH_P_IP 0x0800
#define ETH_P_ARP 0x0806
#define ETH_P_8021Q 0x8100
#define ETH_P_IPV6 0x86dd
#define IPPROTO_ICMP 1
#define IPPROTO_TCP 6
#define IPPROTO_UDP 17

struct ethhdr {
    u8 dest[6], source[6];
    be16 proto;
} __attribute__((packed));

struct vlan_hdr {
    be16 tci, proto;
};

struct iphdr {
    u8 ihl : 4, version : 4;
    u8 tos;
    be16 tot_len, id, frag_off;
    u8 ttl, protocol;
    u16 check;
    be32 saddr, daddr;
};

struct ipv6hdr {
    be32 flow;
    be16 payload_len;
    u8 nexthdr, hop_limit;
    u8 saddr[16], daddr[16];
};

struct tcphdr {
    be16 source, dest;
    be32 seq, ack_seq;
    u16 res1 : 4, doff : 4, fin : 1, syn : 1, rst : 1, psh : 1, ack : 1, urg : 1, ece : 1, cwr : 1;
    be16 window;
    u16 check;
    be16 urg_ptr;
};

struct udphdr {
    be16 source, dest, len;
    u16 check;
};
