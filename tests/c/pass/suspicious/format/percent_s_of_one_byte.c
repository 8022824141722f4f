// The empty string lies in the last byte of an object.
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    char *p = malloc(1), q[3] = {'a', 'b', 0};
    *p = 0;
    printf("[%s] [%s] [%s]\n", p, q + 2, &"end"[3]);
    free(p);
    return 0;
}
