// A stream is written after it was closed.
// expect: libc-misuse
#include <stdio.h>

static __attribute__((noinline)) int put(FILE *f) {
    return fputs("late", f); // BAD
}

int main(void) {
    FILE *f = fopen("closed.txt", "w");
    if (!f) return 1;
    fputs("early", f);
    fclose(f);
    puts("before");
    printf("after %d\n", put(f));
    return 0;
}
