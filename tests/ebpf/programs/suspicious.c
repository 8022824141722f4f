// What is correct although it looks otherwise: pointers that leave their object for a moment, elements that are used
// after their deletion, pointers in integers, in maps and in halves. Each check that fails adds its bit to the result.
#include "bpf.h"

#define CHECK(bit, condition) ((condition) ? 0 : 1ull << (bit))

struct {
    __uint(type, MAP_HASH);
    __uint(max_entries, 4);
    __type(key, u32);
    __type(value, u64);
} map SEC(".maps");

struct {
    __uint(type, MAP_ARRAY);
    __uint(max_entries, 2);
    __type(key, u32);
    __type(value, u64);
} pointers SEC(".maps");

// clang's loop strength reduction starts both pointers outside of the memory.
NOINLINE u64 reversed(u8 *memory, u64 size) {
    u64 sum = 0;
    for (u64 i = 1; i <= size; i++)
        sum = sum * 31 + memory[size - i] * memory[i - 1];
    return sum;
}

NOINLINE u64 far_and_back(u8 *memory, u64 offset) {
    volatile u64 away = (u64)(memory + offset);
    return *(u8 *)(away - offset + 1);
}

NOINLINE u64 deleted(void) {
    u64 bad = 0, value = 42, other = 43, *p;
    u32 key = 9;
    map_update(&map, &key, &value, BPF_ANY);
    bad |= CHECK(8, (p = map_lookup(&map, &key)) && map_delete(&map, &key) == 0);
    bad |= CHECK(9, p && *p == 42 && map_lookup(&map, &key) == NULL);
    map_update(&map, &key, &other, BPF_ANY);
    bad |= CHECK(10, p && *p == 42);
    if (p)
        *p = 44;
    u64 *q = map_lookup(&map, &key);
    bad |= CHECK(11, q && *q == 43);
    // An update makes a new element as well.
    map_update(&map, &key, &value, BPF_EXIST);
    bad |= CHECK(12, q && *q == 43);
    return bad;
}

NOINLINE u64 in_maps(u8 *memory) {
    u32 key = 1;
    u64 bits = (u64)memory;
    map_update(&pointers, &key, &bits, BPF_ANY);
    u64 *stored = map_lookup(&pointers, &key);
    volatile u32 halves[2];
    halves[0] = bits;
    halves[1] = bits >> 32;
    u64 joined = (u64)halves[1] << 32 | halves[0];
    volatile u64 mask = 0x5555555555555555;
    volatile u64 hidden = bits ^ mask;
    return CHECK(16, stored && *(u8 *)*stored == memory[0]) | CHECK(17, *(u8 *)joined == memory[0]) |
           CHECK(18, *(u8 *)(hidden ^ mask) == memory[0]);
}

SEC("raw") u64 suspicious(u8 *memory, u64 size) {
    u64 expected = 0;
    for (u64 i = 0; i < size; i++)
        expected = expected * 31 + memory[i] * memory[size - 1 - i];
    u64 bad = CHECK(0, reversed(memory, size) == expected);
    for (u64 offset = 1; offset < 1ull << 40; offset <<= 3)
        bad |= CHECK(1, far_and_back(memory, offset) == memory[1] && far_and_back(memory, -offset) == memory[1]);
    return bad | deleted() | in_maps(memory);
}
