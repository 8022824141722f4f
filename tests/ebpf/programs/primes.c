// The n-th prime by trial division; the memory holds n and receives the primes so far, modulo its size.
#include "bpf.h"

SEC("raw") u64 nth_prime(u32 *memory, u64 size) {
    u32 wanted = *memory, found = 1;
    u64 candidate = 2;
    while (found < wanted) {
        candidate += candidate == 2 ? 1 : 2;
        int prime = 1;
        for (u64 d = 3; d * d <= candidate; d += 2) {
            if (candidate % d == 0) {
                prime = 0;
                break;
            }
        }
        if (prime)
            found++;
    }
    if (size >= 8)
        memory[1] = candidate;
    return candidate;
}
