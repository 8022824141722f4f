// A stream is read after it was closed and another one was opened.
// expect: libc-misuse
#include <stdio.h>

static __attribute__((noinline)) int get(FILE *f) {
    return fgetc(f); // BAD
}

int main(void) {
    FILE *f = tmpfile();
    if (!f) return 1;
    fclose(f);
    FILE *g = tmpfile();
    puts("before");
    printf("after %d\n", get(f));
    fclose(g);
    return 0;
}
