// longjmp over several frames to one that lives, hundreds of times; volatile locals keep their values.
#include <setjmp.h>
#include <stdio.h>

static jmp_buf out;
static __attribute__((noinline)) void deep(int n) { int a[20]; a[n % 20] = n; if (n == 0) longjmp(out, a[0] + 7); deep(n - 1); }

int main(void) {
    volatile int count = 0, sum = 0;
    int r = setjmp(out);
    sum += r;
    if (count++ < 300) deep(count % 50);
    printf("%d %d\n", count, sum);
    return 0;
}
