// getopt reads clustered options, walks inside the strings and moves the rest to the end.
// args: -ab x -cvalue y -- -z
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv) {
    int c;
    while ((c = getopt(argc, argv, "abc:")) != -1) printf("%c%s ", c, c == 'c' ? optarg : "");
    for (; optind < argc; optind++) printf("%s ", argv[optind]);
    putchar('\n');
    return 0;
}
