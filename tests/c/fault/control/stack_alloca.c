// alloca is asked for more and more in a loop.
// expect: stack-exhausted
#include <alloca.h>
#include <stdio.h>

static __attribute__((noinline)) long grow(long rounds) {
    long sum = 0;
    for (long i = 0; i < rounds; i++) {
        volatile char *p = alloca(1 << 20); // BAD
        p[i % (1 << 20)] = 1;
        sum += p[0];
    }
    return sum;
}

int main(int argc, char **argv) {
    (void)argv;
    puts("before");
    printf("after %ld\n", grow(argc * 1000000L));
    return 0;
}
