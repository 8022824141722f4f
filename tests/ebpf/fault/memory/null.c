// Null plus a small offset.
// expect: null-pointer
// options: --mem 00
#include "bpf.h"

struct list {
    struct list *next;
    u64 value;
};

struct list *head;

SEC("raw") u64 first(u8 *memory, u64 size) {
    return head->value; // BAD
}
