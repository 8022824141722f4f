// The address of a freed block is kept as a number and compared, but never followed.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    int seen = 0, reused = 0;
    uintptr_t before = 0;
    for (int i = 0; i < 100; i++) {
        int *p = malloc(40);
        volatile uintptr_t now = (uintptr_t)p;
        reused += now == before;
        before = now;
        *p = i;
        seen += *p == i;
        free(p);
    }
    printf("%d %d\n", seen, reused < 100);
    return 0;
}
