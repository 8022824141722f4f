// A helper is called whose number nobody knows.
// expect: missing-function
// options: --mem 00
#include "bpf.h"

static u64 (*const mystery)(u64) = (void *)4242;

SEC("raw") u64 call(u8 *memory, u64 size) {
    return mystery(*memory); // BAD
}
