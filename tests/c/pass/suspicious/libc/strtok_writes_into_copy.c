// strtok and strsep write zeros into an array initialised by a literal, up to its last byte.
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>

int main(void) {
    char a[] = "one,two,,three,", b[] = "x:y::z", *rest = b, *s, *save;
    for (s = strtok_r(a, ",", &save); s; s = strtok_r(NULL, ",", &save)) printf("<%s>", s);
    while ((s = strsep(&rest, ":"))) printf("[%s]", s);
    putchar('\n');
    return 0;
}
