// A constant is written.
// expect: write-to-constant
// options: --mem 00
#include "bpf.h"

const volatile u32 limit = 10;

SEC("raw") u64 raise(u8 *memory, u64 size) {
    *(u32 *)&limit = 11; // BAD
    return limit;
}
