// strcmp and strncmp of an unterminated array: a difference, or the bound, ends them before the end.
#include <stdio.h>
#include <string.h>

int main(void) {
    char raw[4] = {'a', 'b', 'c', 'd'};
    const char *other[] = {"abx", "", "b", "abcc", "abc"};
    for (int i = 0; i < 5; i++) { int c = strcmp(raw, other[i]); printf("%d ", (c > 0) - (c < 0)); }
    printf("%d %d\n", strncmp(raw, "abcdef", 4), strspn("dab", "abd") == 3);
    return 0;
}
