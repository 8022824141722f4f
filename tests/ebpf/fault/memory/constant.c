// A constant is written.
// expect: write-to-constant
// options: --mem 00
#include "bpf.h"

const volatile u32 limit = 10;

SEC("raw") u64 raise(u8 *memory, u64 size) {
    u32 *where = (u32 *)&limit;
    asm volatile("" : "+r"(where)); // or clang would drop the store
    *where = 11; // BAD
    return limit;
}
