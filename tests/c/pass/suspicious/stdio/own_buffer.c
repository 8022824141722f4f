// A stream uses a block of the program's as its buffer until it is closed; only then it is freed.
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    char *buffer = malloc(16);
    FILE *f = tmpfile();
    setvbuf(f, buffer, _IOFBF, 16);
    for (int i = 0; i < 100; i++) fprintf(f, "%d ", i);
    rewind(f);
    int x, s = 0;
    while (fscanf(f, "%d", &x) == 1) s += x;
    fclose(f);
    free(buffer);
    printf("%d\n", s);
    return 0;
}
