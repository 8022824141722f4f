/* What the kernels share. Each is one function: natively a C function, in eBPF the program of a raw memory section. */
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

/* Engines agree on nothing but r1: the length of what follows stands in the first 8 bytes of the memory. */
#define KERNEL(memory, len) \
    static u64 work(u8 *memory, u64 len); \
    PROGRAM u64 kernel(u8 *all) { return work(all + 8, *(u64 *)all); } \
    static __attribute__((always_inline)) u64 work(u8 *memory, u64 len)

#ifdef __bpf__
#define PROGRAM __attribute__((section("bench"), used))
#else
#define PROGRAM
#endif
