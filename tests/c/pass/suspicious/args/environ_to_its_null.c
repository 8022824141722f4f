// envp and environ are walked to their nulls; both hold the same, at least for a program that changes nothing.
#include <stdio.h>
#include <string.h>

extern char **environ;

int main(int argc, char **argv, char **envp) {
    (void)argc, (void)argv;
    size_t n = 0, m = 0, without = 0;
    for (char **p = envp; *p; p++, n++) without += strchr(*p, '=') == NULL;
    for (char **p = environ; *p; p++) m++;
    printf("%d %zu\n", n == m, without);
    return 0;
}
