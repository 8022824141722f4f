// Every kind of map, by its own rules, and the helpers that go with them. Each check that fails adds its bit to the
// result.
#include "bpf.h"

#define MAP(name, kind, n, k, v)                                                                                       \
    struct {                                                                                                           \
        __uint(type, kind);                                                                                            \
        __uint(max_entries, n);                                                                                        \
        __type(key, k);                                                                                                \
        __type(value, v);                                                                                              \
    } name SEC(".maps")

MAP(array, MAP_ARRAY, 2, u32, u64);
MAP(hash, MAP_HASH, 2, u32, u64);
MAP(lru, MAP_LRU_HASH, 2, u32, u64);
MAP(lru_percpu, MAP_LRU_PERCPU_HASH, 2, u32, u64);

struct {
    __uint(type, MAP_QUEUE);
    __uint(max_entries, 2);
    __type(value, u32);
} queue SEC(".maps");

struct {
    __uint(type, MAP_STACK);
    __uint(max_entries, 2);
    __type(value, u32);
} stack SEC(".maps");

struct {
    __uint(type, MAP_BLOOM_FILTER);
    __uint(max_entries, 64);
    __type(value, u64);
} bloom SEC(".maps");

struct inner {
    __uint(type, MAP_HASH);
    __uint(max_entries, 4);
    __type(key, u32);
    __type(value, u32);
} inner_a SEC(".maps"), inner_b SEC(".maps");

struct {
    __uint(type, MAP_ARRAY_OF_MAPS);
    __uint(max_entries, 3);
    __type(key, u32);
    __array(values, struct inner);
} array_of_maps SEC(".maps") = {.values = {&inner_a, &inner_b}};

struct {
    __uint(type, MAP_HASH_OF_MAPS);
    __uint(max_entries, 3);
    __type(key, u32);
    __array(values, struct inner);
} hash_of_maps SEC(".maps") = {.values = {[2] = &inner_b}};

struct {
    __uint(type, MAP_RINGBUF);
    __uint(max_entries, 4096);
} ring SEC(".maps");

#define CHECK(bit, condition) ((condition) ? 0 : 1ull << (bit))
#define EXISTS (-17)
#define NO_ENTRY (-2)
#define TOO_BIG (-7)
#define INVALID (-22)

NOINLINE u64 keyed(void) {
    u64 bad = 0, v = 7, *p;
    u32 k = 1;
    bad |= CHECK(0, (p = map_lookup(&array, &k)) && *p == 0);
    bad |= CHECK(1, map_update(&array, &k, &v, BPF_NOEXIST) == EXISTS);
    bad |= CHECK(2, map_update(&array, &k, &v, BPF_ANY) == 0 && p && *p == 7);
    bad |= CHECK(3, map_delete(&array, &k) == INVALID);
    k = 2;
    bad |= CHECK(4, map_lookup(&array, &k) == NULL && map_update(&array, &k, &v, BPF_ANY) == TOO_BIG);
    bad |= CHECK(5, map_update(&hash, &k, &v, BPF_EXIST) == NO_ENTRY && map_delete(&hash, &k) == NO_ENTRY);
    for (k = 0; k < 2; k++)
        bad |= CHECK(6, map_update(&hash, &k, &v, BPF_NOEXIST) == 0);
    bad |= CHECK(7, map_update(&hash, &k, &v, BPF_ANY) == TOO_BIG);
    // The element that was looked up last stays.
    for (k = 0; k < 3; k++) {
        u32 first = 0;
        bad |= CHECK(8, map_update(&lru, &k, &v, BPF_ANY) == 0 && map_lookup(&lru, &first));
        bad |= CHECK(9, map_update(&lru_percpu, &k, &v, BPF_ANY) == 0);
    }
    k = 1;
    bad |= CHECK(10, map_lookup(&lru, &k) == NULL && map_lookup(&lru_percpu, &k) != NULL);
    k = 0;
    bad |= CHECK(11, map_lookup(&lru_percpu, &k) == NULL);
    return bad;
}

NOINLINE u64 keyless(void) {
    u64 bad = 0, v64 = 5, other = 6;
    for (u32 v = 1; v <= 2; v++)
        bad |= CHECK(12, map_push(&queue, &v, BPF_ANY) == 0 && map_push(&stack, &v, BPF_ANY) == 0);
    u32 v = 3;
    bad |= CHECK(13, map_push(&queue, &v, BPF_ANY) == TOO_BIG && map_push(&queue, &v, BPF_EXIST) == 0);
    bad |= CHECK(14, map_peek(&queue, &v) == 0 && v == 2 && map_peek(&stack, &v) == 0 && v == 2);
    bad |= CHECK(15, map_pop(&queue, &v) == 0 && v == 2 && map_pop(&queue, &v) == 0 && v == 3);
    bad |= CHECK(16, map_pop(&queue, &v) == NO_ENTRY && v == 0);
    bad |= CHECK(17, map_pop(&stack, &v) == 0 && v == 2 && map_pop(&stack, &v) == 0 && v == 1);
    bad |= CHECK(18, map_push(&bloom, &v64, BPF_ANY) == 0 && map_peek(&bloom, &v64) == 0);
    bad |= CHECK(19, map_peek(&bloom, &other) == NO_ENTRY);
    return bad;
}

NOINLINE u64 nested(void) {
    u64 bad = 0;
    u32 k = 1, v = 42, *p;
    void *map = map_lookup(&array_of_maps, &k);
    bad |= CHECK(20, map && map_update(map, &k, &v, BPF_ANY) == 0);
    k = 2;
    bad |= CHECK(21, map_lookup(&array_of_maps, &k) == NULL);
    map = map_lookup(&hash_of_maps, &k);
    k = 1;
    bad |= CHECK(22, map && (p = map_lookup(map, &k)) && *p == 42);
    bad |= CHECK(23, map_update(&array_of_maps, &k, &map, BPF_ANY) == INVALID);
    return bad;
}

static long add(void *map, u32 *key, u64 *value, u64 *sum) {
    *sum += *value + *key;
    return 0;
}

static long until_four(u32 index, u64 *sum) {
    *sum += index;
    return index == 4;
}

NOINLINE u64 helpers(void) {
    u64 bad = 0, sum = 0, unsigned_value = 0;
    long value = 0;
    bad |= CHECK(24, for_each_map_elem(&hash, add, &sum, 0) == 2 && sum == 15);
    sum = 0;
    bad |= CHECK(25, loop(100, until_four, &sum, 0) == 5 && sum == 10);
    char text[] = " -0x1f rest";
    bad |= CHECK(26, strtol(text, sizeof text, 0, &value) == 6 && value == -31);
    bad |= CHECK(27, strtoul(text, sizeof text, 0, &unsigned_value) == INVALID);
    char out[16];
    u64 args[2];
    args[0] = (u64) "map";
    args[1] = 12;
    static const char format[] = "%s=%04d";
    bad |= CHECK(28, snprintf(out, sizeof out, format, args, sizeof args) == 9 && bpf_strncmp(out, 8, "map=0012") == 0);
    bad |= CHECK(29, ringbuf_output(&ring, out, 8, 0) == 0 && ringbuf_query(&ring, 0) == 16);
    bad |= CHECK(30, ringbuf_reserve(&ring, 4096, 0) == NULL);
    return bad;
}

SEC("raw") u64 zoo(void *memory, u64 size) {
    return keyed() | keyless() | nested() | helpers();
}
