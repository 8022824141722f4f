// A stream is closed twice.
// expect: libc-misuse
#include <stdio.h>

static __attribute__((noinline)) int close_it(FILE *f) {
    return fclose(f); // BAD
}

int main(void) {
    FILE *f = tmpfile();
    if (!f) return 1;
    fclose(f);
    puts("before");
    printf("after %d\n", close_it(f));
    return 0;
}
