// An array grows by one element at a time, and only the newest pointer is used.
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    int *a = NULL, moves = 0;
    for (int n = 0; n < 2000; n++) {
        a = realloc(a, (size_t)(n + 1) * sizeof *a);
        a[n] = n ^ 5;
        moves += a[n / 2] == (n / 2 ^ 5);
    }
    long sum = 0;
    for (int i = 0; i < 2000; i++) sum += a[i] * (long)i;
    printf("%d %ld\n", moves, sum);
    free(a);
    return 0;
}
