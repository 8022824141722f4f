// Blocks are freed in another order than they were made, and by other functions, once each.
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) int drop(int *p) { int v = *p; free(p); return v; }

int main(void) {
    int *p[101], s = 0;
    for (int i = 0; i < 101; i++) { p[i] = malloc((size_t)(i + 1) * sizeof **p); *p[i] = i; }
    for (int i = 0; i < 101; i++) s = s * 2 % 9973 + drop(p[i * 37 % 101]);
    printf("%d\n", s);
    return 0;
}
