// The array moves inside the loop that walks it by index, and the base is read anew in every turn.
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    size_t n = 1, room = 1;
    int *a = malloc(sizeof *a);
    a[0] = 1;
    for (size_t i = 0; i < n && n < 3000; i++) {
        for (int k = 0; k < 2; k++) {
            if (n == room) a = realloc(a, (room += room / 2 + 1) * sizeof *a);
            a[n++] = (a[i] * 2 + k) % 1009;
        }
    }
    long s = 0;
    for (size_t i = 0; i < n; i++) s += a[i] * (long)i;
    printf("%zu %ld\n", n, s);
    free(a);
    return 0;
}
