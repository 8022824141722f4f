// longjmp is given a jmp_buf that was never set.
// expect: bad-longjmp
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) void jump(jmp_buf env) {
    longjmp(env, 1); // BAD
}

int main(void) {
    jmp_buf *env = calloc(1, sizeof *env);
    puts("before");
    jump(*env);
    puts("after");
    return 0;
}
