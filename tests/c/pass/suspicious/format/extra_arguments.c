// More arguments than the format names: they are evaluated and ignored.
#include <stdio.h>

int main(void) {
    int calls = 0;
    printf("%d\n", 1, ++calls, "unused", 2.5);
    printf("no conversion\n", ++calls);
    printf("%%d %d\n", calls, ++calls);
    return 0;
}
