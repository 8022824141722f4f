// setjmp/longjmp: out of nested calls, values, in loops, in structs, volatile locals, error handling chains.
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

static jmp_buf top;
static int depth_reached;

static __attribute__((noinline)) void down(int n) {
    volatile char pad[100];
    pad[0] = (char)n;
    if (n == 0) longjmp(top, 7);
    depth_reached++;
    down(n - 1);
    printf("never %d\n", pad[0]);
}

struct frame { struct frame *outer; jmp_buf env; int code; };
static struct frame *current;
static void throw_code(int c) { current->code = c; longjmp(current->env, 1); }

static int guarded(int n) {
    struct frame f = {.outer = current};
    volatile int result = -1;
    current = &f;
    if (setjmp(f.env) == 0) {
        if (n > 0) result = guarded(n - 1) + 1;
        if (n % 3 == 2) throw_code(n);
        result = result + n;
    } else {
        result = 1000 + f.code;
    }
    current = f.outer;
    return result;
}

int main(void) {
    int r = setjmp(top);
    if (r == 0) { down(50); puts("not reached"); }
    printf("back with %d after %d\n", r, depth_reached);
    for (int i = 0; i < 10; i++) printf("%d ", guarded(i));
    printf("\n");
    volatile int count = 0;
    jmp_buf loop;
    int v = setjmp(loop);
    count++;
    if (v < 5) longjmp(loop, v + 1);
    printf("%d %d\n", v, count);
    if (!_setjmp(loop)) longjmp(loop, 0);
    else puts("zero became one");
    for (volatile int i = 0; i < 20000; i++) { /* frames that are jumped over must give their memory back */
        if (setjmp(top) == 0) down(20);
    }
    printf("%d\n", depth_reached);
    return 0;
}
