/* The Internet checksum (RFC 1071) of a packet, 16 bits at a time. */
#include "kernel.h"

KERNEL(memory, len)
{
    u32 sum = 0;
    u64 at = 0;
    for (; at + 2 <= len; at += 2)
        sum += *(u16 *)(memory + at);
    if (at < len)
        sum += memory[at];
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return (u16)~sum;
}
