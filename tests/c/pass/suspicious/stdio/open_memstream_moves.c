// A memory stream's block moves as it grows; its pointer is read again after each flush.
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    char *text = NULL;
    size_t n = 0, s = 0;
    FILE *f = open_memstream(&text, &n);
    for (int i = 0; i < 300; i++) {
        fprintf(f, "%d,", i);
        fflush(f);
        s = s * 3 + (size_t)text[n - 1] + (size_t)text[n];
    }
    fclose(f);
    printf("%zu %zu %c\n", n, s, text[n - 2]);
    free(text);
    return 0;
}
