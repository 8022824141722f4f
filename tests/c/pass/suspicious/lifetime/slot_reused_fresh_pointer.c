// A freed block's place is given out again at once; only the new pointer is used, thousands of times.
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    unsigned sum = 0;
    for (unsigned i = 0; i < 20000; i++) {
        unsigned *p = malloc(sizeof *p);
        *p = i;
        sum = sum * 3 + *p;
        free(p);
    }
    printf("%u\n", sum);
    return 0;
}
