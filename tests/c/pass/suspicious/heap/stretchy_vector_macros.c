// A vector whose size and room lie before the pointer that the program holds, in macros.
#include <stdio.h>
#include <stdlib.h>

#define HEAD(v) ((size_t *)(void *)(v) - 2)
#define COUNT(v) ((v) ? HEAD(v)[0] : 0)
#define PUSH(v, x) ((v) = grow((v), sizeof *(v)), (v)[HEAD(v)[0]++] = (x))
static void *grow(void *v, size_t size) {
    if (v && HEAD(v)[0] < HEAD(v)[1]) return v;
    size_t n = COUNT(v), room = n * 2 + 1, *h = realloc(v ? HEAD(v) : NULL, 2 * sizeof *h + room * size);
    h[0] = n;
    h[1] = room;
    return h + 2;
}

int main(void) {
    char *text = NULL;
    double *numbers = NULL, s = 0;
    for (int i = 0; i < 100; i++) { PUSH(text, (char)('a' + i % 26)); PUSH(numbers, i / 2.0); }
    for (size_t i = 0; i < COUNT(numbers); i++) s += numbers[i];
    printf("%zu %.*s %g\n", COUNT(text), 5, text + COUNT(text) - 5, s);
    free(HEAD(text));
    free(HEAD(numbers));
    return 0;
}
