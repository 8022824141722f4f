// getopt and getopt_long: reordering, optional arguments, abbreviations, messages on standard error, and starting again.
// args: -a one -bvalue --long two --opt=3 --opt -c --lon -z --ambig three -x -- -a four
#define _GNU_SOURCE
#include <getopt.h>
#include <stdio.h>
#include <string.h>

static void rest(int argc, char **argv) {
    for (int i = 1; i < argc; i++)
        printf("%s%s", i == optind ? "| " : "", argv[i]), putchar(i + 1 < argc ? ' ' : '\n');
}

int main(int argc, char **argv) {
    static int flag;
    static const struct option longs[] = {
        {"long", no_argument, NULL, 'l'},
        {"opt", optional_argument, NULL, 'o'},
        {"ambiguous", no_argument, &flag, 7},
        {"ambig-two", required_argument, NULL, 't'},
        {0},
    };
    argv[0] = "options";
    int c, index = -1;
    while ((c = getopt_long(argc, argv, "ab:c::x", longs, &index)) != -1) {
        printf("%c(%d) index %d optarg %s optind %d optopt %d flag %d\n", c > 32 ? c : '.', c, index, optarg ? optarg : "none", optind, optopt, flag);
    }
    rest(argc, argv);
    optind = 0;
    while ((c = getopt(argc, argv, "+ab:")) != -1)
        printf("%c %s\n", c, optarg ? optarg : "none");
    rest(argc, argv);
    char *own[] = {"own", "-q", "-n", "x", "y", "-n", NULL};
    optind = 0;
    while ((c = getopt(6, own, ":n:")) != -1)
        printf("%c %c %s\n", c, optopt, optarg ? optarg : "none");
    char *in_order[] = {"own", "f", "-v", "g", NULL};
    optind = 0;
    while ((c = getopt(4, in_order, "-v")) != -1)
        printf("%d %s\n", c, optarg ? optarg : "none");
    char *only[] = {"own", "-long", "-opt=v", "-a", NULL};
    optind = 0;
    while ((c = getopt_long_only(4, only, "a", longs, NULL)) != -1)
        printf("%c %s\n", c, optarg ? optarg : "none");
    return 0;
}
