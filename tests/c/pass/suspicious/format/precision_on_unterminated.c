// %.*s and %.4s of arrays that have no zero: the precision ends the reading.
#include <stdio.h>

int main(void) {
    char raw[4] = {'a', 'b', 'c', 'd'};
    printf("%.4s|%.*s|%.*s|\n", raw, 4, raw, 2, raw + 2);
    for (int i = 1; i <= 4; i++) printf("[%*.*s]", 6, i, raw + 4 - i);
    putchar('\n');
    return 0;
}
