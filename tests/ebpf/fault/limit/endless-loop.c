// A loop without end stops where the fuel does.
// expect: fuel-exhausted
// options: --fuel 1e5 --mem 00
// status: 97
#include "bpf.h"

SEC("raw") u64 spin(volatile u8 *memory, u64 size) {
    for (;;)
        memory[0]++; // BAD
}
