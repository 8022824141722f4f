// An element of a program array is a program: it has no bytes.
// expect: function-access
// options: --prog read_program --mem 00
#include "bpf.h"

int target(void *ctx);

struct {
    __uint(type, MAP_PROG_ARRAY);
    __uint(max_entries, 1);
    __uint(key_size, 4);
    __uint(value_size, 4);
    __array(values, int(void *));
} programs SEC(".maps") = {.values = {(void *)&target}};

SEC("raw") int read_program(void *memory) {
    u32 key = 0;
    u8 *program = map_lookup(&programs, &key);
    return program ? program[0] : 1; // BAD
}

SEC("raw") int target(void *ctx) {
    return 0;
}
