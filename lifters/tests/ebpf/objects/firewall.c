// A bit of everything that objects have: maps of four kinds, initial values, variables, a subprogram, a callback,
// string literals, a tail call. Self-contained: no header is needed.
typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;

#define SEC(name) __attribute__((section(name), used))
#define __uint(name, value) int(*name)[value]
#define __type(name, type) typeof(type) *name
#define __array(name, type) typeof(type) *name[]

struct xdp_md {
    u32 data, data_end, data_meta, ingress_ifindex, rx_queue_index, egress_ifindex;
};

static void *(*lookup)(void *, const void *) = (void *)1;
static long (*update)(void *, const void *, const void *, u64) = (void *)2;
static long (*print)(const char *, u32, ...) = (void *)6;
static long (*tail_call)(void *, void *, u32) = (void *)12;
static long (*loop)(u32, void *, void *, u64) = (void *)181;

int second(struct xdp_md *ctx);

struct {
    __uint(type, 1); // hash
    __uint(max_entries, 16);
    __type(key, u32);
    __type(value, u64);
} counts SEC(".maps");

struct {
    __uint(type, 3); // program array
    __uint(max_entries, 4);
    __uint(key_size, 4);
    __uint(value_size, 4);
    __array(values, int(void *));
} jumps SEC(".maps") = {.values = {[1] = (void *)&second}};

struct inner {
    __uint(type, 2); // array
    __uint(max_entries, 2);
    __type(key, u32);
    __type(value, u32);
} in1 SEC(".maps");

struct {
    __uint(type, 12); // array of maps
    __uint(max_entries, 2);
    __type(key, u32);
    __array(values, struct inner);
} outer SEC(".maps") = {.values = {&in1}};

const volatile int limit = 10;
static u64 total;
int data_var = 5;
static const char *names[2] = {"even", "odd"};

static __attribute__((noinline)) u32 sum(u8 *p, u8 *end) {
    u32 s = 0;
    for (int i = 0; i < 64 && p + i + 1 <= end; i++)
        s += p[i];
    return s;
}

static long add(u32 i, u64 *x) {
    *x += i;
    return 0;
}

SEC("xdp") int first(struct xdp_md *ctx) {
    u8 *p = (u8 *)(long)ctx->data, *end = (u8 *)(long)ctx->data_end;
    if (p + 14 > end)
        return 1;
    u32 key = p[0];
    u64 one = 1;
    u64 *v = lookup(&counts, &key);
    if (v)
        __sync_fetch_and_add(v, 1);
    else
        update(&counts, &key, &one, 0);
    total += sum(p, end) / limit;
    data_var++;
    loop(4, add, &one, 0);
    char format[] = "%d is %s\n";
    print(format, sizeof format, key, names[key & 1]);
    tail_call(ctx, &jumps, 1);
    return 2;
}

SEC("xdp/second") int second(struct xdp_md *ctx) {
    return data_var > 6 ? 3 : 2;
}

char _license[] SEC("license") = "GPL";
