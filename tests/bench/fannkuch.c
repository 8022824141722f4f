// Fannkuch-redux: permutations of small arrays, reversals, unpredictable branches.
#include <stdio.h>
#include <stdlib.h>

static int fannkuch(int n, int *checksum) {
    int perm[16], perm1[16], count[16], flips = 0, sum = 0, sign = 1, r = n;
    for (int i = 0; i < n; i++) perm1[i] = i;
    for (;;) {
        for (; r != 1; r--) count[r - 1] = r;
        for (int i = 0; i < n; i++) perm[i] = perm1[i];
        int f = 0;
        for (int k = perm[0]; k != 0; k = perm[0]) {
            for (int i = 0, j = k; i < j; i++, j--) {
                int t = perm[i];
                perm[i] = perm[j], perm[j] = t;
            }
            f++;
        }
        if (f > flips) flips = f;
        sum += sign * f;
        sign = -sign;
        for (;;) {
            if (r == n) {
                *checksum = sum;
                return flips;
            }
            int first = perm1[0];
            for (int i = 0; i < r; i++) perm1[i] = perm1[i + 1];
            perm1[r] = first;
            if (--count[r] > 0) break;
            r++;
        }
    }
}

int main(int argc, char **argv) {
    int units = argc > 1 ? atoi(argv[1]) : 1, sum = 0, flips = 0, total = 0;
    for (int i = 0; i < units * 4; i++) {
        flips = fannkuch(8, &sum);
        total += sum + i;
    }
    printf("%d %d\n", total, flips);
    return 0;
}
