// envp is read past its terminating null pointer.
// expect: arguments-out-of-bounds
#include <stdio.h>

static __attribute__((noinline)) const char *get(char **v, int i) {
    return v[i]; // BAD
}

int main(int argc, char **argv, char **envp) {
    (void)argv;
    int n = 0;
    while (envp[n]) n++;
    puts("before");
    printf("after %d\n", get(envp, n + argc) != NULL);
    return 0;
}
