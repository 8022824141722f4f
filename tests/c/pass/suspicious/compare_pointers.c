// Comparing, subtracting and hashing pointers, also stale and one-past ones, without using them.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) int within(const char *p, const char *b, size_t n) { return (uintptr_t)p >= (uintptr_t)b && (uintptr_t)p < (uintptr_t)b + n; }
static int by_address(const void *a, const void *b) { uintptr_t x = *(const uintptr_t *)a, y = *(const uintptr_t *)b; return (x > y) - (x < y); }

int main(void) {
    char a[32], *h = malloc(64);
    printf("%d %d %d\n", within(a + 5, a, 32), within(a + 32, a, 32), within(h, a, 32));
    char *old = h;
    free(h);
    h = malloc(64);
    volatile int same = old == h; /* either answer is right */
    printf("%d\n", same == 0 || same == 1);
    free(h);
    void *p[100];
    for (int i = 0; i < 100; i++) p[i] = malloc(16);
    qsort(p, 100, sizeof *p, by_address);
    int ordered = 1;
    for (int i = 1; i < 100; i++) ordered &= (uintptr_t)p[i - 1] < (uintptr_t)p[i];
    unsigned buckets[8] = {0}, total = 0;
    for (int i = 0; i < 100; i++) buckets[((uintptr_t)p[i] >> 4) * 2654435761u % 8]++;
    for (int i = 0; i < 8; i++) total += buckets[i];
    printf("%d %u\n", ordered, total);
    for (int i = 0; i < 100; i++) free(p[i]);
    int arr[10], *x = &arr[2], *y = &arr[9];
    printf("%td %td %d %d\n", y - x, x - y, x < y, &arr[10] > y);
    printf("%d %d\n", NULL == (void *)0, (uintptr_t)(void *)0 == 0);
    volatile uintptr_t token = 12345; /* an integer kept in a pointer, never used as one */
    void *cookie = (void *)token;
    printf("%d\n", (int)(uintptr_t)cookie);
    void *bad = (void *)-1;
    printf("%d\n", bad == (void *)-1);
    return 0;
}
