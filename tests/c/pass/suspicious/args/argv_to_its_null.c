// argv is walked to its null, forwards and from argv[argc] back.
// args: one two three
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv) {
    int n = 0;
    size_t bytes = 0;
    for (char **p = argv + 1; *p; p++, n++) bytes += strlen(*p) + 1;
    printf("%d %zu %d\n", n, bytes, argv[argc] == NULL);
    for (char **p = argv + argc; p-- > argv + 1;) printf("%s ", *p);
    putchar('\n');
    return 0;
}
