// A function that promises never to return does return.
// expect: unreachable
#include <stdio.h>

static volatile int code;

static __attribute__((noinline, noreturn)) void fail(int n) {
    code = n;
} // BAD

int main(int argc, char **argv) {
    (void)argv;
    puts("before");
    if (argc < 5) fail(argc);
    puts("after");
    return 0;
}
