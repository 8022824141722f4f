// The array is moved, or not, by a realloc in the body of the loop over it: the old pointer is dead either way.
// expect: use-after-free
// args: 70
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) int sum(int *a, int n, int at, int **now) {
    int s = 0;
    for (int i = 0; i < n; i++) {
        a[i] = i;  // BAD
        if (i == at) *now = realloc(a, 100 * sizeof *a);
        s += a[i]; // BAD
    }
    return s;
}

int main(int argc, char **argv) {
    int *a = calloc(100, sizeof *a), *now = a;
    puts("before");
    printf("after %d\n", sum(a, 100, argc > 1 ? atoi(argv[1]) : -1, &now));
    free(now);
    return 0;
}
