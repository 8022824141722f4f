// Results are ignored, of functions that return structs, doubles and pointers; arguments have side effects.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct big { int v[10]; };
static int calls;
static __attribute__((noinline)) struct big make(int x) { struct big b = {{x}}; calls++; return b; }
static __attribute__((noinline)) double half(int x) { calls++; return x / 2.0; }

int main(void) {
    char b[8];
    make(1);
    half(2);
    strcpy(b, "ignored");
    (void)make(3).v[9];
    abs(-5), strlen(b), memset(b, 'x', 3);
    printf("%d %s\n", calls, b);
    return 0;
}
