// An editor's gap buffer: text before and behind a gap, which is moved by memmove and never read.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *b;
static size_t room = 8, gap, tail = 8;
static void go(size_t at) {
    if (at < gap) { memmove(b + tail - (gap - at), b + at, gap - at); tail -= gap - at; }
    else { memmove(b + gap, b + tail, at - gap); tail += at - gap; }
    gap = at;
}
static void insert(char c) {
    if (gap == tail) {
        size_t behind = room - tail;
        b = realloc(b, room * 2);
        memmove(b + room * 2 - behind, b + tail, behind);
        room *= 2;
        tail = room - behind;
    }
    b[gap++] = c;
}

int main(void) {
    b = malloc(room);
    for (int i = 0; i < 200; i++) { insert((char)('a' + i % 26)); go((size_t)(i * 7) % (gap + room - tail + 1)); }
    go(gap + room - tail);
    printf("%zu %.*s\n", gap, (int)gap, b);
    free(b);
    return 0;
}
