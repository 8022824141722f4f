// Doubles and pointers share one word: pointers hide in the payload of a NaN.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint64_t value;
static value number(double d) { value v; memcpy(&v, &d, 8); return ~v; }
static double as_number(value v) { double d; v = ~v; memcpy(&d, &v, 8); return d; }
static value boxed(int *p) { return (value)(uintptr_t)p; }

int main(void) {
    int *p = malloc(sizeof *p), kinds = 0;
    *p = 12;
    value v[] = {number(1.5), boxed(p), number(-2e300), boxed(p)};
    double s = 0;
    for (int i = 0; i < 4; i++) {
        int is_pointer = v[i] == (value)(uintptr_t)p;
        kinds = kinds * 2 + is_pointer;
        if (is_pointer) s += ++*(int *)(uintptr_t)v[i]; else printf("%g ", as_number(v[i]));
    }
    printf("%g %d\n", s, kinds);
    free(p);
    return 0;
}
