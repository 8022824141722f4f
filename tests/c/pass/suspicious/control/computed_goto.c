// A threaded interpreter: labels' addresses in a table, and differences of labels in another.
#include <stdio.h>

static __attribute__((noinline)) long run(const unsigned char *code) {
    static void *const label[] = {&&push, &&add, &&mul, &&stop};
    static const int distance[] = {&&push - &&push, &&add - &&push, &&mul - &&push, &&stop - &&push};
    long stack[8], *top = stack;
    int turn = 0;
#define NEXT do { int op = *code++; if (turn++ & 1) goto *label[op]; goto *(&&push + distance[op]); } while (0)
    NEXT;
push: *top++ = *code++; NEXT;
add: top--; top[-1] += *top; NEXT;
mul: top--; top[-1] *= *top; NEXT;
stop: return top[-1];
}

int main(void) {
    static const unsigned char code[] = {0, 3, 0, 4, 1, 0, 5, 2, 0, 7, 0, 6, 2, 1, 3};
    printf("%ld\n", run(code));
    return 0;
}
