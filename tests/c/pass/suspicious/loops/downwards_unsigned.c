// An unsigned index runs down through zero and wraps in the loop's condition only.
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    unsigned *a = malloc(10 * sizeof *a), s = 0;
    for (unsigned i = 10; i-- > 0;) a[i] = i;
    for (unsigned i = 9; i < 10; i--) s = s * 3 + a[i];
    for (unsigned i = 9; i != -1u; i--) s = s * 3 + a[i];
    printf("%u\n", s);
    free(a);
    return 0;
}
