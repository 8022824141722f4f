// A pointer starts one past the end and is decremented before each use, down to the first element.
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) long weigh(const int *first, size_t n) {
    long total = 0;
    const int *p = first + n;
    while (p != first) total = total * 3 + *--p;
    return total;
}

int main(int argc, char **argv) {
    (void)argv;
    size_t n = (size_t)argc + 8;
    int *a = malloc(n * sizeof *a);
    for (size_t i = 0; i < n; i++) a[i] = (int)(i * i);
    printf("%ld %ld\n", weigh(a, n), weigh(a, 0));
    free(a);
    return 0;
}
