// An integer that is no live pointer is used as one.
// expect: wild-pointer
// options: --mem 0000adde00000000
#include "bpf.h"

SEC("raw") u64 forged(u64 *memory, u64 size) {
    return *(volatile u8 *)*memory; // BAD
}
