// Needs link_part.c.
#include <stdio.h>
int part(int x);
int main(int argc, char **argv) {
    printf("%d %s\n", part(argc), argv[argc - 1]);
    return 0;
}
