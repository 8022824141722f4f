// Special addresses, -1 and 1 and those of static bytes, stand for states; real pointers only are followed.
#include <stdint.h>
#include <stdio.h>

static char deleted;
#define DELETED ((int *)&deleted)
#define FAILED ((int *)-1)
#define LOCKED ((int *)1)

int main(void) {
    int x = 4, y = 5, s = 0, states = 0;
    int *slots[] = {&x, DELETED, NULL, &y, FAILED, LOCKED, &x};
    for (int i = 0; i < 7; i++) {
        int *volatile p = slots[i];
        if (p == NULL || p == DELETED || p == FAILED || (uintptr_t)p <= 1) states++;
        else s = s * 10 + *p;
    }
    printf("%d %d\n", s, states);
    return 0;
}
