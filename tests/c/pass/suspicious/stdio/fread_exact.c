// fread of the file's exact size, of more than it holds into a block as large, and of nothing.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void) {
    FILE *f = tmpfile();
    fwrite("0123456789", 1, 10, f);
    rewind(f);
    char *b = malloc(10), *c = calloc(4, 4);
    printf("%zu ", fread(b, 1, 10, f));
    printf("%zu %.10s ", fread(b + 10, 1, 0, f), b);
    rewind(f);
    printf("%zu %.10s %d\n", fread(c, 4, 4, f), c, c[15]);
    fclose(f);
    free(b);
    free(c);
    return 0;
}
