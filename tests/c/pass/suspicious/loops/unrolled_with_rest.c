// A loop unrolled by hand takes eight at a time and then the rest, for every length: Duff's device.
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) void copy(char *to, const char *from, int n) {
    if (n == 0) return;
    int turns = (n + 7) / 8;
    switch (n % 8) {
        case 0: do { *to++ = *from++;
        case 7: *to++ = *from++;
        case 6: *to++ = *from++;
        case 5: *to++ = *from++;
        case 4: *to++ = *from++;
        case 3: *to++ = *from++;
        case 2: *to++ = *from++;
        case 1: *to++ = *from++;
        } while (--turns > 0);
    }
}

int main(void) {
    unsigned s = 0;
    for (int n = 0; n < 40; n++) {
        char *a = malloc((size_t)n + !n), *b = malloc((size_t)n + !n);
        for (int i = 0; i < n; i++) a[i] = (char)(i + n);
        copy(b, a, n);
        for (int i = 0; i < n; i++) s = s * 31 + (unsigned char)b[i];
        free(a);
        free(b);
    }
    printf("%u\n", s);
    return 0;
}
