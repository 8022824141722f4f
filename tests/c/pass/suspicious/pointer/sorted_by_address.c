// Blocks are sorted and searched by their addresses as numbers; each is then used through the found pointer.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static int by_address(const void *a, const void *b) {
    uintptr_t x = *(const uintptr_t *)a, y = *(const uintptr_t *)b;
    return (x > y) - (x < y);
}

int main(void) {
    uintptr_t all[30];
    int *keep[30], s = 0;
    for (int i = 0; i < 30; i++) { keep[i] = malloc(sizeof(int)); *keep[i] = i; all[i] = (uintptr_t)keep[i]; }
    qsort(all, 30, sizeof *all, by_address);
    for (int i = 0; i < 30; i++) {
        uintptr_t key = (uintptr_t)keep[i], *found = bsearch(&key, all, 30, sizeof *all, by_address);
        s = s * 2 % 9973 + *(int *)*found;
    }
    for (int i = 0; i < 30; i++) free((void *)all[i]);
    printf("%d\n", s);
    return 0;
}
