// memmove by one, by half and by all but one byte, both ways, within one block.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void) {
    enum { N = 40 };
    char *p = malloc(N);
    unsigned s = 0;
    for (int d = 1; d < N; d++) {
        for (int i = 0; i < N; i++) p[i] = (char)('!' + i);
        memmove(p + d, p, (size_t)(N - d));
        memmove(p, p + d / 2, (size_t)(N - d / 2));
        for (int i = 0; i < N; i++) s = s * 31 + (unsigned char)p[i];
    }
    printf("%u\n", s);
    free(p);
    return 0;
}
