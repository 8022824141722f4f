/* What clang's lowering of setjmp and longjmp to WebAssembly's exceptions calls (-mllvm -wasm-enable-sjlj). */
#include "setjmp.h"

/* The tag of longjmp's exceptions: a pointer to env and value. */
__asm__(".globl __c_longjmp\n"
        ".tagtype __c_longjmp i32\n"
        "__c_longjmp:\n");

void __wasm_setjmp(void *env, unsigned label, void *invocation) {
    jmp_buf *buf = env;
    (*buf)->invocation = invocation;
    (*buf)->label = label;
}

/* The label of the setjmp that env comes from, 0 if that was in another call. */
unsigned __wasm_setjmp_test(void *env, void *invocation) {
    jmp_buf *buf = env;
    return (*buf)->invocation == invocation ? (*buf)->label : 0;
}

_Noreturn void __wasm_longjmp(void *env, int value) {
    jmp_buf *buf = env;
    (*buf)->thrown.env = env;
    (*buf)->thrown.value = value ? value : 1;
    __builtin_wasm_throw(1, &(*buf)->thrown);
}
