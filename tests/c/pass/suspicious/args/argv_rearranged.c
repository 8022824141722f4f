// The pointers of argv are shifted and sorted, as option parsers do; the null stays at the end.
// args: -b file -a other -c
#include <stdio.h>

int main(int argc, char **argv) {
    for (int i = 1; i < argc; i++)
        for (int k = i; k > 1 && argv[k][0] == '-' && argv[k - 1][0] != '-'; k--) { char *t = argv[k]; argv[k] = argv[k - 1]; argv[k - 1] = t; }
    while (*++argv) printf("%s ", *argv);
    printf("%d\n", argc);
    return 0;
}
