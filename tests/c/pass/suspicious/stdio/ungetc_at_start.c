// A character is pushed back before anything was read, and again after the end.
#include <stdio.h>

int main(void) {
    FILE *f = tmpfile();
    fputs("bc", f);
    rewind(f);
    ungetc('a', f);
    int c;
    while ((c = getc(f)) != EOF) putchar(c);
    ungetc('d', f);
    printf("%c%d\n", getc(f), getc(f) == EOF);
    fclose(f);
    return 0;
}
