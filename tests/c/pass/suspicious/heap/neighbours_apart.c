// Two blocks of equal size are compared, swapped by pointer and used each only within its own bounds.
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    enum { N = 16 };
    int *front = calloc(N, sizeof *front), *back = calloc(N, sizeof *back);
    front[N / 2] = 1;
    for (int step = 0; step < 7; step++) {
        for (int i = 0; i < N; i++) back[i] = (i > 0 ? front[i - 1] : 0) ^ (i < N - 1 ? front[i + 1] : 0);
        int *t = front; front = back; back = t;
        for (int i = 0; i < N; i++) putchar(front[i] ? '#' : '.');
        putchar('\n');
    }
    free(front);
    free(back);
    return 0;
}
