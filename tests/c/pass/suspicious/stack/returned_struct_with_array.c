// A struct with an array is returned by value, and its element read from the temporary.
#include <stdio.h>

struct name { char text[12]; int n; };
static __attribute__((noinline)) struct name number(int i) {
    struct name r;
    r.n = sprintf(r.text, "number %d", i);
    return r;
}

int main(void) {
    for (int i = 1; i < 1000; i *= 10) printf("%s %c %d\n", number(i).text, number(i).text[7], number(i).n);
    return 0;
}
