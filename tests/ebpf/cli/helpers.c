// Helpers that a program is given, as C for the machine that runs it.
unsigned long bpf_helper_1000(unsigned long a, unsigned long b, unsigned long c, unsigned long d, unsigned long e) {
    return a * 1000 + b;
}

unsigned bpf_get_prandom_u32(void) {
    return 100000;
}
