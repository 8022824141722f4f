// A ring's read and write positions run over the end and are masked back before each access.
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    enum { N = 8 };
    int *ring = malloc(N * sizeof *ring);
    unsigned in = -5u, out = -5u;
    long sum = 0;
    for (int i = 0; i < 100; i++) {
        ring[in++ & (N - 1)] = i;
        if (in - out == N) while (out != in) sum = sum * 3 % 1000003 + ring[out++ & (N - 1)];
    }
    printf("%ld %u\n", sum, in - out);
    free(ring);
    return 0;
}
