// A format lives on the heap, is built at run time and freed after its use.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void) {
    for (int n = 1; n < 5; n++) {
        char *f = malloc((size_t)n * 3 + 2), *p = f;
        for (int i = 0; i < n; i++) p = stpcpy(p, "%d ");
        strcpy(p, "\n");
        printf(f, 1, 2, 3, 4);
        free(f);
    }
    return 0;
}
