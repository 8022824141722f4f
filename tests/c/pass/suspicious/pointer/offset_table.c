// Fields are read and written by a table of offsets and sizes, the last byte of the struct included.
#include <stddef.h>
#include <stdio.h>
#include <string.h>

struct row { char a; int b; short c; double d; char e[3]; };
static const struct { const char *name; size_t at, size; } fields[] = {
#define F(f) {#f, offsetof(struct row, f), sizeof((struct row *)0)->f}
    F(a), F(b), F(c), F(d), F(e)};

int main(void) {
    struct row r;
    memset(&r, 0, sizeof r);
    for (int i = 0; i < 5; i++) memset((char *)&r + fields[i].at, i + 1, fields[i].size);
    printf("%d %x %x %d\n", r.a, r.b, r.c, r.e[2]);
    for (int i = 0; i < 5; i++) printf("%s %zu %zu\n", fields[i].name, fields[i].at, fields[i].size);
    return 0;
}
