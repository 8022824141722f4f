// A single int is an array of one: the pointer past it is made, compared and subtracted.
#include <stdio.h>

static __attribute__((noinline)) int sum(const int *first, const int *last) {
    int s = 0;
    while (first != last) s += *first++;
    return s;
}

int main(int argc, char **argv) {
    (void)argv;
    int x = argc + 4;
    printf("%d %d %td\n", sum(&x, &x + 1), sum(&x, &x), (&x + 1) - &x);
    return 0;
}
