// A weak symbol that nobody defines is compared with null and not called; an alias names the same object.
#include <stdio.h>

extern int nobody_defines_this(int) __attribute__((weak));
int shared[2] = {5, 6};
extern int also_shared[2] __attribute__((alias("shared")));

int main(void) {
    also_shared[1] = 7;
    int r = nobody_defines_this ? nobody_defines_this(1) : -1;
    printf("%d %d\n", r, *(int *volatile)&shared[1]);
    return 0;
}
