// Pointers lie at odd addresses in a packed record and in a byte buffer.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct __attribute__((packed)) record { char kind; int *value; char end; };

int main(void) {
    int a = 5, b = 6;
    struct record *r = malloc(2 * sizeof *r);
    r[0] = (struct record){'a', &a, 1};
    r[1] = (struct record){'b', &b, 2};
    unsigned char raw[2 * sizeof *r + 3], *at = raw + 3;
    memcpy(at, r, 2 * sizeof *r);
    int *p;
    memcpy(&p, at + sizeof *r + 1, sizeof p);
    *r[0].value += 10;
    *p += 20;
    printf("%d %d %zu\n", a, b, sizeof *r);
    free(r);
    return 0;
}
