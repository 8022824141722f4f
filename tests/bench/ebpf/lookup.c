/* Looks 4-byte keys of the packet up in a hash map and sums the values; unknown keys are added. */
#include "kernel.h"

#ifdef __bpf__
struct {
    int (*type)[1]; /* BPF_MAP_TYPE_HASH */
    int (*max_entries)[4096];
    u32 *key;
    u64 *value;
} counts __attribute__((section(".maps"), used));
static void *(*lookup)(void *map, const void *key) = (void *)1;
static long (*update)(void *map, const void *key, const void *value, u64 flags) = (void *)2;
#else
static char counts;
void *lookup(void *map, const void *key);
long update(void *map, const void *key, const void *value, u64 flags);
#endif

KERNEL(memory, len)
{
    u64 sum = 0;
    for (u64 at = 0; at + 4 <= len; at += 4) {
        u32 key = *(u32 *)(memory + at) & 1023;
        u64 *value = lookup(&counts, &key);
        if (value) {
            sum += *value;
        } else {
            u64 first = key * 3;
            update(&counts, &key, &first, 0);
            sum += first;
        }
    }
    return sum;
}
