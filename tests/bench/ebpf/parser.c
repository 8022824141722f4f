/* Parses Ethernet, VLAN tags, IPv4 or IPv6, TCP with its options or UDP, many times at shifting lengths. */
#include "kernel.h"

static u32 be16(const u8 *p)
{
    return (u32)p[0] << 8 | p[1];
}

static u32 tcp_options(const u8 *p, const u8 *end)
{
    u32 seen = 0;
    while (p < end) {
        if (*p == 0)
            break;
        if (*p == 1) {
            p++;
            seen += 1;
            continue;
        }
        if (p + 2 > end || p[1] < 2 || p + p[1] > end)
            return seen | 0x8000;
        switch (*p) {
        case 2: seen += be16(p + 2); break;
        case 3: seen ^= (u32)p[2] << 4; break;
        case 4: seen |= 0x100; break;
        case 5: seen += 0x200 + p[1]; break;
        case 8: seen ^= be16(p + 4); break;
        default: seen += 7;
        }
        p += p[1];
    }
    return seen;
}

static u64 transport(const u8 *p, const u8 *end, u32 protocol)
{
    if (protocol == 6) {
        if (p + 20 > end)
            return 1;
        const u8 *data = p + (p[12] >> 4) * 4;
        if (data < p + 20 || data > end)
            return 2;
        return (u64)be16(p + 2) << 16 | tcp_options(p + 20, data);
    }
    if (protocol == 17 || protocol == 136)
        return p + 8 > end ? 3 : (u64)be16(p) << 16 | be16(p + 2);
    return 4;
}

static u64 parse(const u8 *p, const u8 *end)
{
    if (p + 14 > end)
        return 5;
    u32 type = be16(p + 12);
    p += 14;
    for (int tags = 0; tags < 2 && (type == 0x8100 || type == 0x88a8); tags++) {
        if (p + 4 > end)
            return 6;
        type = be16(p + 2);
        p += 4;
    }
    if (type == 0x0800) {
        if (p + 20 > end || p[0] >> 4 != 4)
            return 7;
        const u8 *next = p + (p[0] & 15) * 4;
        if (next < p + 20 || next > end)
            return 8;
        return transport(next, end, p[9]);
    }
    if (type == 0x86dd)
        return p + 40 > end ? 9 : transport(p + 40, end, p[6]);
    return 10;
}

KERNEL(memory, len)
{
    u64 sum = 0;
    /* The packet begins with 64 copies of short ones, 96 bytes apart. */
    for (u64 at = 0; at + 96 <= len; at += 96)
        for (u64 cut = 40; cut <= 96; cut += 4)
            sum = sum * 31 + parse(memory + at, memory + at + cut);
    return sum;
}
