// A negative width means left-aligned, and a negative precision none at all.
#include <stdio.h>

int main(void) {
    printf("[%*d] [%*d] [%.*s] [%.*f]\n", -5, 42, 5, 42, -1, "all of it", -3, 1.5);
    printf("[%-*s] [%*s]\n", 6, "ab", -6, "cd");
    return 0;
}
