/* Murmur3's 64-bit mix over all words of a packet, then over its last bytes. */
#include "kernel.h"

static u64 mix(u64 h, u64 word)
{
    word *= 0x87c37b91114253d5ull;
    word = word << 31 | word >> 33;
    h ^= word * 0x4cf5ad432745937full;
    h = h << 27 | h >> 37;
    return h * 5 + 0x52dce729;
}

KERNEL(memory, len)
{
    u64 h = len, at = 0;
    for (; at + 8 <= len; at += 8)
        h = mix(h, *(u64 *)(memory + at));
    for (; at < len; at++)
        h = mix(h, memory[at]);
    return h ^ h >> 33;
}
