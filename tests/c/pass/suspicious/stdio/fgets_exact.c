// fgets into buffers of every small size, from lines longer, equal and shorter than they.
// stdin: ab\nlonger line\n\nlast
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    for (int n = 1; n <= 20; n++) {
        char *b = malloc((size_t)n);
        if (!fgets(b, n, stdin)) { free(b); break; }
        printf("%d [%s]\n", n, b);
        free(b);
    }
    printf("%d\n", feof(stdin) != 0);
    return 0;
}
