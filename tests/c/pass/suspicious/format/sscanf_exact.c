// sscanf writes strings of exactly the width plus one, and stops at the source's end.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void) {
    char a[5], b[2], *source = strdup("wordy x 12 tail");
    int n, at = 0;
    int r = sscanf(source, "%4s%1s %*s %d%n", a, b, &n, &at);
    printf("%d %s %s %d %s\n", r, a, b, n, source + at);
    char raw[3];
    r = sscanf("xyz", "%3c", raw);
    printf("%d %.3s\n", r, raw);
    printf("%d\n", sscanf("", "%d", &n));
    free(source);
    return 0;
}
