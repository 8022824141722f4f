// A byte index of 3 GiB and of 2^40 is added as an integer and taken off again before the pointer is used.
// args: 3221225472 1099511627776
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) uintptr_t move(uintptr_t p, long by) { return p + (uintptr_t)by; }

int main(int argc, char **argv) {
    int *p = malloc(4 * sizeof *p);
    for (int i = 0; i < 4; i++) p[i] = 10 + i;
    for (int i = 1; i < argc; i++) {
        long far = atol(argv[i]);
        int *q = (int *)move(move((uintptr_t)p, far), -far + 4 * i);
        printf("%d\n", *q);
    }
    free(p);
    return 0;
}
