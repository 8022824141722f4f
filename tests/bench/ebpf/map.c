/* A hash map for native code, and for the engines that have none of their own: as eBPF's, it learns the sizes of keys
   and values when it is made, and each element is a block of its own. Chains of elements by the key's hash (FNV-1a by
   words). */
#include <stdlib.h>
#include <string.h>

#include "kernel.h"

#define BUCKETS 8192
#define ARENA (1 << 20)

struct element {
    struct element *next;
    u32 hash;
    u8 bytes[]; /* the key, then the value at a multiple of 8 */
};

static struct map {
    u32 key_size, value_size;
    struct element *buckets[BUCKETS];
} the_map = { 4, 8, { 0 } };

/* Elements lie in here, so that engines which check accesses can be told where. */
static _Alignas(8) u8 arena[ARENA];
static u64 taken;

static u32 hash_of(const u8 *key, u32 size)
{
    u64 h = 0xcbf29ce484222325ull;
    u32 at = 0, word;
    for (; at + 4 <= size; at += 4) {
        memcpy(&word, key + at, 4);
        h = (h ^ word) * 0x100000001b3ull;
    }
    for (; at < size; at++)
        h = (h ^ key[at]) * 0x100000001b3ull;
    return (u32)(h ^ h >> 32);
}

static u8 *value_of(struct map *map, struct element *e)
{
    return e->bytes + ((map->key_size + 7 + 4) / 8 * 8 - 4);
}

static struct element *find(struct map *map, const u8 *key, u32 hash)
{
    struct element *e = map->buckets[hash % BUCKETS];
    while (e && (e->hash != hash || memcmp(e->bytes, key, map->key_size) != 0))
        e = e->next;
    return e;
}

void *lookup(void *handle, const void *key)
{
    struct map *map = &the_map;
    struct element *e = find(map, key, hash_of(key, map->key_size));
    return e ? value_of(map, e) : 0;
}

long update(void *handle, const void *key, const void *value, u64 flags)
{
    struct map *map = &the_map;
    u32 hash = hash_of(key, map->key_size);
    struct element *e = find(map, key, hash);
    if (!e) {
        u64 size = (sizeof *e + map->key_size + map->value_size + 15) / 8 * 8;
        if (taken + size > ARENA)
            return -7;
        e = (struct element *)(arena + taken);
        taken += size;
        e->hash = hash;
        memcpy(e->bytes, key, map->key_size);
        e->next = map->buckets[hash % BUCKETS];
        map->buckets[hash % BUCKETS] = e;
    }
    memcpy(value_of(map, e), value, map->value_size);
    return 0;
}

void *values_begin(void) { return arena; }
void *values_end(void) { return arena + ARENA; }
