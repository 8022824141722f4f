// Arguments are changed in place, to their last byte, and cut by zeros: they belong to the program.
// args: hello name=value
#include <ctype.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv) {
    (void)argc;
    for (char *p = argv[1]; *p; p++) *p = (char)toupper(*p);
    char *equals = strchr(argv[2], '=');
    *equals++ = '\0';
    printf("%s %s %s\n", argv[1], argv[2], equals);
    argv[1][strlen(argv[1]) - 1] = '!';
    puts(argv[1]);
    return 0;
}
