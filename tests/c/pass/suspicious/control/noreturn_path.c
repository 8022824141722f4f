// A noreturn function on a path that leaves by exit, from deep calls, with handlers to run.
#include <stdio.h>
#include <stdlib.h>

static void handler(void) { puts("handler"); }
static _Noreturn __attribute__((noinline)) void leave(int n) { printf("leave %d\n", n); exit(n - 5); }
static __attribute__((noinline)) int deep(int n) { if (n == 5) leave(n); return deep(n + 1) + 1; }

int main(void) {
    atexit(handler);
    return deep(0);
}
