// A file that could not be opened is read: the stream is the null pointer.
// expect: null-pointer
#include <stdio.h>

static __attribute__((noinline)) int get(FILE *f) {
    return fgetc(f); // BAD
}

int main(void) {
    FILE *f = fopen("there/is/no/such.file", "r");
    puts("before");
    printf("after %d\n", get(f));
    return 0;
}
