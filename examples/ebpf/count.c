// An XDP program: counts packets by their first byte, drops those that are odd. See README.md's section on eBPF.
typedef unsigned int u32;
typedef unsigned long long u64;
struct xdp_md { u32 data, data_end, data_meta, ingress_ifindex, rx_queue_index, egress_ifindex; };

static void *(*lookup)(void *, const void *) = (void *)1;
static long (*print)(const char *, u32, ...) = (void *)6;

struct {
    int(*type)[2]; // BPF_MAP_TYPE_ARRAY
    int(*max_entries)[256];
    u32 *key;
    u64 *value;
} counts __attribute__((section(".maps"), used));

__attribute__((section("xdp"), used)) int count(struct xdp_md *ctx) {
    unsigned char *p = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
    if (p + 1 > end)
        return 0; // XDP_ABORTED
    u32 key = *p;
    u64 *n = lookup(&counts, &key);
    if (!n)
        return 0;
    *n += 1;
    u64 sum = 0;
    for (unsigned char *q = p; q < end; q++)
        sum = sum * 31 + *q;
    print("first byte %d, hash %lu\n", 24, key, sum);
    return key & 1 ? 1 : 2; // XDP_DROP, XDP_PASS
}
char _license[] __attribute__((section("license"), used)) = "GPL";
