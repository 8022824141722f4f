// longjmp goes to a function that has returned, while a call of the same function is active.
// expect: bad-longjmp
#include <setjmp.h>
#include <stdio.h>

static jmp_buf first, second;

static __attribute__((noinline)) int prepare(jmp_buf env, int jump) {
    if (setjmp(env) != 0) {
        puts("after");
        return 1;
    }
    if (jump) longjmp(first, 1); // BAD
    return 0;
}

int main(void) {
    if (prepare(first, 0) == 0) {
        puts("before");
        prepare(second, 1);
    }
    return 0;
}
