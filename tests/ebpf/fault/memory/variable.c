// A variable is read one byte past its end; another one follows in the section.
// expect: global-out-of-bounds
// options: --mem 04
#include "bpf.h"

volatile u32 first = 1, second = 2;

SEC("raw") u64 beyond(u8 *memory, u64 size) {
    second = 3;
    return ((volatile u8 *)&first)[*memory]; // BAD
}
