// A local array's address is moved by 2^40 bytes and by 3 GiB as a number, and back before its use.
// args: 3221225472 1099511627776
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
    int a[4] = {1, 2, 3, 4};
    for (int i = 1; i < argc; i++) {
        volatile uintptr_t far = (uintptr_t)a + (uintptr_t)atol(argv[i]);
        int *p = (int *)(far - (uintptr_t)atol(argv[i]));
        printf("%d\n", p[3]);
        p[3] *= 2;
    }
    return 0;
}
