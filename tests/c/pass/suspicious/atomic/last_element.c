// Atomic operations of every width on the last element of an object, by old and new ways.
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    unsigned char *p = calloc(1, 16);
    atomic_fetch_add((_Atomic unsigned char *)(p + 15), 3);
    __sync_fetch_and_or((unsigned short *)(p + 14), 0x10);
    __atomic_store_n((unsigned *)(p + 8), 77, __ATOMIC_RELEASE);
    unsigned long want = *(unsigned long *)(p + 8), got = want;
    int ok = __atomic_compare_exchange_n((unsigned long *)(p + 8), &got, want + 1, 0, 5, 5);
    printf("%d %d %d %d\n", ok, p[8], p[14], p[15]);
    free(p);
    return 0;
}
