// Jump buffers live on the heap in a chain of handlers; each is freed when its frame leaves.
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

struct handler { struct handler *up; jmp_buf env; };
static struct handler *top;
static __attribute__((noinline)) void raise_it(int code) { longjmp(top->env, code); }
static __attribute__((noinline)) int guarded(int depth) {
    struct handler *volatile h = malloc(sizeof *h);
    volatile int result = 0;
    h->up = top;
    top = h;
    int r = setjmp(h->env);
    if (r == 0) { if (depth) result = guarded(depth - 1) + 1; raise_it(depth + 1); }
    else result += r * 10;
    top = h->up;
    free(h);
    return result;
}

int main(void) {
    printf("%d %d\n", guarded(6), top == NULL);
    return 0;
}
