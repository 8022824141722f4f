// main calls itself with an argv of its own, with empty strings and its own null.
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv) {
    if (argc == 1) {
        char program[] = "self", empty[] = "", one[] = "x";
        char *own[] = {program, empty, one, NULL};
        return main(3, own);
    }
    size_t n = 0;
    for (int i = 0; i < argc; i++) n = n * 10 + strlen(argv[i]);
    printf("%d %zu %d\n", argc, n, argv[argc] == NULL);
    return 0;
}
