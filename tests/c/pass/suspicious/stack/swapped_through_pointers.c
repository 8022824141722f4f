// Addresses of locals are kept in an array of pointers, sorted and used through it.
#include <stdio.h>

int main(int argc, char **argv) {
    (void)argv;
    int a = 5 * argc, b = 3, c = 9, d = 1;
    int *by[] = {&a, &b, &c, &d};
    for (int i = 0; i < 4; i++)
        for (int j = i + 1; j < 4; j++)
            if (*by[j] < *by[i]) { int *t = by[i]; by[i] = by[j]; by[j] = t; }
    *by[3] = 100;
    printf("%d %d %d %d, c %d\n", *by[0], *by[1], *by[2], *by[3], c);
    return 0;
}
