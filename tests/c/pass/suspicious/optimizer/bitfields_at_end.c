// Bit-fields in the last bytes of an object whose size is no multiple of their type.
#include <stdio.h>
#include <stdlib.h>

struct __attribute__((packed)) flags { unsigned char kind; unsigned a : 3, b : 9, c : 12; };

int main(void) {
    struct flags *f = malloc(3 * sizeof *f);
    for (unsigned i = 0; i < 3; i++) f[i] = (struct flags){(unsigned char)i, i + 1, i * 100, i * 1000 + 7};
    f[2].c++;
    f[2].b--;
    printf("%zu %u %u %u %u\n", sizeof *f, f[2].kind, f[2].a, f[2].b, f[2].c);
    free(f);
    return 0;
}
