// One buffer is set in two places and in a callee that then jumps within itself; each jump finds the latest.
#include <setjmp.h>
#include <stdio.h>

static jmp_buf env;
static __attribute__((noinline)) int inner(void) { volatile int n = 0; if (setjmp(env) < 3) { n++; longjmp(env, n); } return n; }

int main(void) {
    volatile int step = 0;
    if (setjmp(env) == 0) { step = 1; longjmp(env, 1); }
    printf("%d ", step);
    if (setjmp(env) == 0) { step = 2; longjmp(env, 5); }
    printf("%d %d ", step, inner());
    if (setjmp(env) == 0) step += 5;
    printf("%d\n", step);
    return 0;
}
