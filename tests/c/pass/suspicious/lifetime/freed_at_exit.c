// Handlers of atexit use and free what main left, after main has returned.
#include <stdio.h>
#include <stdlib.h>

static int *left;
static void last(void) { printf("freed %d\n", *left); free(left); }
static void first(void) { *left += 1; }

int main(void) {
    left = malloc(sizeof *left);
    *left = 41;
    atexit(last);
    atexit(first);
    puts("main ends");
    return 0;
}
