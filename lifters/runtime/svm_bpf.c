/* A small host for lifted eBPF under plain LLVM tools (lli, clang): docs/BITCODE_ABI.md in C, without any check.
 *
 *   svm-lift prog.bpf.o -o prog.bc
 *   clang-22 -O2 -c -emit-llvm svm_bpf.c -o runtime.bc
 *   llvm-link-22 prog.bc runtime.bc -o all.bc && opt-22 -O2 all.bc -o all.bc
 *   lli-22 all.bc [PROGRAM [HEXBYTES]]
 *
 * It has array and hash maps (linear search), the commonest helpers and tail calls. XDP programs get their bytes as a
 * packet below 4 GiB, others get them as memory. */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

struct program { const char *name, *section; uint64_t (*run)(void *r1, uint64_t r2); };
struct value { uint64_t slot; void *target; };
struct map {
    uint32_t type, key_size, value_size, max_entries, flags, index;
    uint64_t extra;
    const char *name;
    const struct map *inner;
    const struct value *values;
    uint64_t n_values;
};

/* The table says no length: ask only for programs that the module has. */
extern const struct program programs[] __asm__("svm.bpf.programs");

enum { ARRAY = 2, PERCPU_ARRAY = 6, MAPS = 64 };

static struct entry { struct entry *next; unsigned char bytes[]; } *entries[MAPS];

static int is_array(const struct map *m) { return m->type == ARRAY || m->type == PERCPU_ARRAY; }

void *bpf_map_lookup_elem(void *map, const void *key) {
    const struct map *m = map;
    struct entry **first = &entries[m->index % MAPS];
    uint32_t index = 0;
    if (is_array(m)) {
        memcpy(&index, key, sizeof index);
        if (index >= m->max_entries) return 0;
        if (!*first) *first = calloc(1, sizeof(struct entry) + (size_t)m->max_entries * m->value_size);
        return (*first)->bytes + (size_t)index * m->value_size;
    }
    for (struct entry *e = *first; e; e = e->next)
        if (!memcmp(e->bytes, key, m->key_size)) return e->bytes + m->key_size;
    return 0;
}

int64_t bpf_map_update_elem(void *map, const void *key, const void *value, uint64_t flags) {
    const struct map *m = map;
    void *old = bpf_map_lookup_elem(map, key);
    (void)flags;
    if (old) {
        memcpy(old, value, m->value_size);
        return 0;
    }
    if (is_array(m)) return -7; /* E2BIG */
    struct entry *e = malloc(sizeof *e + m->key_size + m->value_size);
    memcpy(e->bytes, key, m->key_size);
    memcpy(e->bytes + m->key_size, value, m->value_size);
    e->next = entries[m->index % MAPS];
    entries[m->index % MAPS] = e;
    return 0;
}

uint64_t bpf_ktime_get_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

uint32_t bpf_get_prandom_u32(void) { return (uint32_t)random(); }
uint32_t bpf_get_smp_processor_id(void) { return 0; }

int64_t bpf_trace_printk(const char *format, uint32_t size, uint64_t a, uint64_t b, uint64_t c) {
    (void)size;
    return printf(format, a, b, c);
}

void *root(uint64_t p) __asm__("svm.root");
void *root(uint64_t p) { return (void *)p; }

void *tail_target(void *ctx, void *map, uint64_t index) __asm__("svm.bpf.tail_target");
void *tail_target(void *ctx, void *map, uint64_t index) {
    static int left = 33;
    const struct map *m = map;
    (void)ctx;
    for (uint64_t i = 0; i < m->n_values; i++)
        if (m->values[i].slot == index && left-- > 0) return m->values[i].target;
    return 0;
}

static size_t parse(const char *hex, unsigned char *to) {
    size_t n = 0;
    for (unsigned byte; hex[0] && hex[1] && sscanf(hex, "%2x", &byte) == 1; hex += 2) to[n++] = (unsigned char)byte;
    return n;
}

int main(int argc, char **argv) {
    const struct program *p = programs;
    if (argc > 1)
        while (strcmp(p->name, argv[1])) p++;
    unsigned char *packet = mmap(0, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    if (packet == MAP_FAILED) return 1;
    size_t size = argc > 2 ? parse(argv[2], packet) : 0;
    uint32_t data = (uint32_t)(uintptr_t)packet, xdp[6] = {data, data + (uint32_t)size, data};
    int is_xdp = !strncmp(p->section, "xdp", 3);
    printf("%#lx\n", p->run(is_xdp ? (void *)xdp : packet, is_xdp ? 0 : size));
    return 0;
}
