// A list is walked on from a node that was just freed.
// expect: use-after-free
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) void *next(void **node) {
    return *node; // BAD
}

int main(int argc, char **argv) {
    (void)argv;
    void **first = malloc(2 * sizeof *first), **second = malloc(2 * sizeof *second);
    first[0] = second;
    second[0] = NULL;
    free(argc ? first : second);
    puts("before");
    printf("after %d\n", next(first) != NULL);
    free(second);
    return 0;
}
