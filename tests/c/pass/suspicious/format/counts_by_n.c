// %n of several widths, into variables of exactly those widths.
#include <stdio.h>

int main(void) {
    struct { char before; signed char c; char after; short h; int i; long l; } n = {1, 0, 1, 0, 0, 0};
    printf("abc%hhn def%hn ghi%n jkl%ln\n", &n.c, &n.h, &n.i, &n.l);
    printf("%d %d %d %ld %d %d\n", n.c, n.h, n.i, n.l, n.before, n.after);
    return 0;
}
