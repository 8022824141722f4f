// longjmp goes to a function that has returned.
// expect: bad-longjmp
#include <setjmp.h>
#include <stdio.h>

static jmp_buf env;

static __attribute__((noinline)) int prepare(void) {
    return setjmp(env);
}

static __attribute__((noinline)) void jump(void) {
    longjmp(env, 1); // BAD
}

int main(void) {
    if (prepare() == 0) {
        puts("before");
        jump();
    }
    puts("after");
    return 0;
}
