// Arrays in sibling blocks may share their place; each is used only in its own block.
#include <stdio.h>
#include <string.h>

static __attribute__((noinline)) int use(char *p, size_t n) { memset(p, 1, n); return p[n - 1] + p[0]; }

int main(int argc, char **argv) {
    (void)argv;
    int s = 0;
    for (int i = 0; i < 30; i++) {
        if (i % 3 == argc % 3) { char a[100]; s += use(a, sizeof a); }
        else if (i % 3 == 1) { char b[10]; s += 10 * use(b, sizeof b); }
        else { char c[1]; s += 100 * use(c, sizeof c); }
    }
    printf("%d\n", s);
    return 0;
}
