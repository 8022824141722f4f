// The sum of two pointers is kept; each is found again by taking the other away.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    int *a = malloc(sizeof *a), *b = malloc(sizeof *b);
    *a = 3;
    *b = 4;
    volatile uintptr_t sum = (uintptr_t)a + (uintptr_t)b;
    printf("%d %d\n", *(int *)(sum - (uintptr_t)b), *(int *)(sum - (uintptr_t)a));
    free(a);
    free(b);
    return 0;
}
