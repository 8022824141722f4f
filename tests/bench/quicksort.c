// Quicksort of integers, recursive, with insertion sort for short runs.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static void sort(int *a, long lo, long hi) {
    while (hi - lo > 12) {
        int pivot = a[lo + (hi - lo) / 2];
        long i = lo, j = hi;
        while (i <= j) {
            while (a[i] < pivot) i++;
            while (a[j] > pivot) j--;
            if (i <= j) {
                int t = a[i];
                a[i++] = a[j], a[j--] = t;
            }
        }
        if (j - lo < hi - i) {
            sort(a, lo, j);
            lo = i;
        } else {
            sort(a, i, hi);
            hi = j;
        }
    }
    for (long i = lo + 1; i <= hi; i++) {
        int v = a[i];
        long j = i - 1;
        for (; j >= lo && a[j] > v; j--) a[j + 1] = a[j];
        a[j + 1] = v;
    }
}

int main(int argc, char **argv) {
    int units = argc > 1 ? atoi(argv[1]) : 1, n = 100000;
    int *a = malloc((size_t)n * sizeof *a);
    uint32_t x = 12345, checksum = 0;
    for (int round = 0; round < units; round++) {
        for (int i = 0; i < n; i++) x = x * 1664525 + 1013904223, a[i] = (int)(x >> 1);
        sort(a, 0, n - 1);
        for (int i = 0; i < n; i += 1000) checksum = checksum * 31 + (uint32_t)a[i];
    }
    printf("%u\n", checksum);
    free(a);
    return 0;
}
