// A map helper is given a pointer to something else.
// expect: helper-misuse
// options: --mem 00000000
#include "bpf.h"

SEC("raw") u64 look_up(u8 *memory, u64 size) {
    return map_lookup(memory, memory) != NULL; // BAD
}
