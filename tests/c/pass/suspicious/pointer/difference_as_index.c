// The difference of two pointers into one object, taken as bytes and as elements, negative too.
#include <stdio.h>

struct odd { char c[7]; };

int main(void) {
    struct odd a[9];
    struct odd *p = a + 9, *q = a + 2;
    for (int i = 0; i < 9; i++) a[i].c[6] = (char)i;
    printf("%td %td %td\n", p - q, q - p, (char *)p - (char *)q);
    printf("%d %d\n", q[p - q - 1].c[6], p[q - p].c[6]);
    return 0;
}
