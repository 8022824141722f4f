// Two halves of one local buffer are given to functions as buffers of their own, each filled to its end.
#include <stdio.h>
#include <string.h>

static __attribute__((noinline)) void fill(char *p, size_t n, char c) { memset(p, c, n - 1); p[n - 1] = '\0'; }

int main(void) {
    char both[32];
    fill(both, 16, 'l');
    fill(both + 16, 16, 'r');
    printf("%s %s %zu\n", both, both + 16, strlen(both));
    return 0;
}
