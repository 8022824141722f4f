// A string literal is read past its end.
// expect: constant-out-of-bounds
// options: --mem 06
#include "bpf.h"

SEC("raw") u64 letter(u8 *memory, u64 size) {
    static const char *const word = "hello";
    return *(volatile const char *)(word + *memory); // BAD
}
