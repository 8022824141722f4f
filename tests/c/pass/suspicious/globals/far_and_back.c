// A global's address is moved by 3 GiB and by 2^40 as a number, kept in memory, and moved back before its use.
// args: 3221225472 1099511627776
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static short table[3] = {7, 8, 9};
static volatile uintptr_t kept;

int main(int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        kept = (uintptr_t)table - (uintptr_t)atol(argv[i]);
        printf("%d\n", ((short *)(kept + (uintptr_t)atol(argv[i])))[i]);
    }
    return 0;
}
