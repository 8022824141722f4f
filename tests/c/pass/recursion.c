// Recursion: deep, mutual, through pointers, with large frames and many live values; tail calls.
#include <stdio.h>
#include <stdlib.h>

static int ack(int m, int n) { return m == 0 ? n + 1 : n == 0 ? ack(m - 1, 1) : ack(m - 1, ack(m, n - 1)); }
static int is_odd(unsigned n);
static int is_even(unsigned n) { return n == 0 ? 1 : is_odd(n - 1); }
static int is_odd(unsigned n) { return n == 0 ? 0 : is_even(n - 1); }
static __attribute__((noinline)) long deep(int n, volatile int *parent) {
    volatile int here[16] = {n, *parent};
    if (n == 0) return here[1];
    return deep(n - 1, &here[0]) + here[1] % 3;
}
static int hanoi(int n, int a, int b, int c) { return n == 0 ? 0 : hanoi(n - 1, a, c, b) + 1 + hanoi(n - 1, c, b, a); }
static long tail(long n, long acc) { if (n == 0) return acc; __attribute__((musttail)) return tail(n - 1, acc + n); }
static int place(int n, int row, int *cols) {
    if (row == n) return 1;
    int count = 0;
    for (int c = 0; c < n; c++) {
        int ok = 1;
        for (int r = 0; r < row && ok; r++) ok = cols[r] != c && abs(cols[r] - c) != row - r;
        if (ok) { cols[row] = c; count += place(n, row + 1, cols); }
    }
    return count;
}
static void permute(char *s, int k, int n, unsigned *h) {
    if (k == n) { for (int i = 0; i < n; i++) *h = *h * 31 + (unsigned char)s[i]; return; }
    for (int i = k; i < n; i++) {
        char t = s[k]; s[k] = s[i]; s[i] = t;
        permute(s, k + 1, n, h);
        t = s[k]; s[k] = s[i]; s[i] = t;
    }
}

int main(void) {
    volatile int top = 5;
    int cols[8];
    unsigned h = 0;
    char s[] = "permute";
    printf("%d %d %d\n", ack(2, 9), is_even(5000), is_odd(777));
    printf("%ld\n", deep(20000, &top));
    printf("%d %ld\n", hanoi(14, 1, 2, 3), tail(3000000, 0));
    printf("%d\n", place(8, 0, cols));
    permute(s, 0, 7, &h);
    printf("%08x\n", h);
    return 0;
}
