// Operations of length 0 on pointers that may not be read, malloc(0), zero-length arrays, empty strings and structs.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct empty {};
struct flex { int n; int v[]; };
static __attribute__((noinline)) void copy(void *d, const void *s, size_t n) { memcpy(d, s, n); memmove(d, s, n); memset(d, 0, n); }
static __attribute__((noinline)) int equal(const void *a, const void *b, size_t n) { return memcmp(a, b, n); }
static int never(const void *a, const void *b) { (void)a; (void)b; return abort(), 0; }

int main(void) {
    char a[4] = "abc";
    char *end = a + 4, *heap = malloc(8);
    copy(end, heap + 8, 0);
    copy(heap + 8, end, 0);
    copy(a, a, 0);
    printf("%d\n", equal(end, heap + 8, 0));
    void *z1 = malloc(0), *z2 = malloc(0), *z3 = calloc(0, 8);
    printf("%d %d\n", z1 != z2, z3 != z1);
    copy(z1, z2, 0);
    free(z1); free(z2); free(z3);
    free(NULL);
    qsort(heap + 8, 0, 4, never);
    printf("%d\n", bsearch(a, heap + 8, 0, 4, never) == NULL);
    printf("%zu %zu\n", fwrite(end, 1, 0, stdout), fread(end, 0, 5, stdin));
    struct flex *f = malloc(sizeof *f);
    f->n = 0;
    for (int i = 0; i < f->n; i++) printf("%d", f->v[i]);
    free(f);
    struct empty e2;
    printf("%zu %zu %s|%.0s|%.*s\n", sizeof e2, strlen(""), "", end, 0, end);
    char buf[1];
    printf("%d %d\n", snprintf(buf, 1, "%s", ""), snprintf(NULL, 0, "%d", 5));
    printf("%d %d\n", strncmp(end, heap + 8, 0), strnlen(heap + 8, 0) == 0);
    printf("%d\n", memchr(end, 'x', 0) == NULL);
    free(heap);
    char *grown = realloc(malloc(0), 16);
    strcpy(grown, "from nothing");
    puts(grown);
    free(grown);
    return 0;
}
