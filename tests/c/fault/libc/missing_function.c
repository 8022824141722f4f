// A function is called that exists nowhere.
// expect: missing-function
#include <stdio.h>

int no_such_function_anywhere(int);

static __attribute__((noinline)) int use(int n) {
    return no_such_function_anywhere(n); // BAD
}

int main(int argc, char **argv) {
    (void)argv;
    puts("before");
    printf("after %d\n", use(argc));
    return 0;
}
