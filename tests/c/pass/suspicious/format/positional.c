// Arguments named by position, in another order and twice.
#include <stdio.h>

int main(void) {
    printf("%2$s %1$d %2$s %3$g\n", 5, "text", 2.5);
    printf("%1$*2$d|%1$-*2$d|\n", 7, 4);
    return 0;
}
