// With no arguments argv[1] is the null at the end: it may be read, and is no string.
#include <stdio.h>

int main(int argc, char **argv) {
    char *first = argv[1];
    printf("%d %s\n", argc, first ? first : "none");
    return 0;
}
