// getline grows its block over lines of growing length, and keeps it over shorter ones.
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    FILE *f = tmpfile();
    for (int i = 0; i < 40; i++) fprintf(f, "%0*d\n", (i * 37 % 400) + 1, i);
    rewind(f);
    char *line = NULL;
    size_t room = 0, n = 0, s = 0;
    for (ssize_t r; (r = getline(&line, &room, f)) > 0; n++) s = s * 3 + (size_t)r + (size_t)line[r - 1] + (line[r] == 0);
    printf("%zu %zu %d\n", n, s, room > 400);
    free(line);
    fclose(f);
    return 0;
}
