/* setjmp for WASI, where Debian's wasi-libc has none: clang lowers the calls to exceptions and to setjmp.c's functions. */
#ifndef SETJMP_H
#define SETJMP_H

typedef struct {
    void *invocation; /* which call of the function that called setjmp */
    unsigned label;   /* which setjmp of that function */
    struct {
        void *env;
        int value;
    } thrown;
} jmp_buf[1];
typedef jmp_buf sigjmp_buf;

int setjmp(jmp_buf) __attribute__((returns_twice));
_Noreturn void longjmp(jmp_buf, int);
#define _setjmp setjmp
#define _longjmp longjmp

#endif
