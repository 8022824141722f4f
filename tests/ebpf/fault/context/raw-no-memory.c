// A program that was given no memory reads it.
// expect: null-pointer
// options: --repeat 1
#include "bpf.h"

SEC("raw") u64 first(u8 *memory, u64 size) {
    return memory[0]; // BAD
}
