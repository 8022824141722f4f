// strncat fills a buffer to its last byte, with the zero.
#include <stdio.h>
#include <string.h>

int main(void) {
    char b[10] = "";
    while (strlen(b) < sizeof b - 1) strncat(b, "abcd", sizeof b - 1 - strlen(b));
    strncat(b, "more", 0);
    printf("%s %zu\n", b, strlen(b));
    return 0;
}
