// A pointer is set to null at free and tested before each use; a second release is then harmless.
#include <stdio.h>
#include <stdlib.h>

struct holder { int *data; int n; };
static __attribute__((noinline)) void release(struct holder *h) { free(h->data); h->data = NULL; h->n = 0; }
static int sum(const struct holder *h) { int s = 0; for (int i = 0; h->data && i < h->n; i++) s += h->data[i]; return s; }

int main(void) {
    struct holder h = {calloc(5, sizeof(int)), 5};
    h.data[4] = 9;
    printf("%d ", sum(&h));
    release(&h);
    release(&h);
    printf("%d\n", sum(&h));
    return 0;
}
