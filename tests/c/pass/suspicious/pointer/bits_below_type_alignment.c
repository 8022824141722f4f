// A char pointer into the middle of an int array is rounded down to the int that it lies in.
#include <stdint.h>
#include <stdio.h>

int main(void) {
    int a[6] = {1, 2, 3, 4, 5, 6}, s = 0;
    for (char *p = (char *)a; p < (char *)(a + 6); p += 3) s = s * 2 + *(int *)((uintptr_t)p & ~(uintptr_t)3);
    printf("%d\n", s);
    return 0;
}
