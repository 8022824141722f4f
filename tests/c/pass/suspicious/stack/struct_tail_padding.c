// A struct with padding at its end is copied and cleared whole, padding included.
#include <stdio.h>
#include <string.h>

struct padded { long a; char b; };

int main(void) {
    struct padded p[3], q[3];
    memset(p, 0, sizeof p);
    for (int i = 0; i < 3; i++) { p[i].a = i; p[i].b = (char)('a' + i); }
    memcpy(q, p, sizeof q);
    memset((char *)&q[2] + 9, 0, sizeof q[2] - 9);
    printf("%d %ld %c %zu\n", memcmp(p, q, sizeof p), q[2].a, q[2].b, sizeof(struct padded));
    return 0;
}
