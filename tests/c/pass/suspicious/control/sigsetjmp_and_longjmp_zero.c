// longjmp with value 0 gives 1; sigsetjmp and _setjmp work like setjmp.
#include <setjmp.h>
#include <stdio.h>

int main(void) {
    jmp_buf a;
    sigjmp_buf b;
    volatile int n = 0;
    int r = _setjmp(a);
    if (r == 0) longjmp(a, n);
    printf("%d ", r);
    r = sigsetjmp(b, 1);
    if (r == 0) siglongjmp(b, 9);
    printf("%d\n", r);
    return 0;
}
