// Custom allocators inside one object: bump arenas, free lists through the freed blocks, buddy bits, pools, aligned blocks.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Alignas(16) unsigned char heap[1 << 16];
static size_t used;
static void *bump(size_t n) { n = (n + 15) & ~(size_t)15; if (used + n > sizeof heap) return NULL; void *p = heap + used; used += n; return p; }

struct block { struct block *next; };
struct pool { struct block *free; char *chunk; size_t left, size; };
static void *take(struct pool *p) {
    if (p->free) { void *r = p->free; p->free = p->free->next; return r; }
    if (p->left < p->size) { p->left = 4096; p->chunk = malloc(p->left); }
    void *r = p->chunk;
    p->chunk += p->size; p->left -= p->size;
    return r;
}
static void give(struct pool *p, void *v) { struct block *b = v; b->next = p->free; p->free = b; }

struct hdr { uint32_t size; uint32_t used; };
static unsigned char area[8192];
static void ff_init(void) { *(struct hdr *)area = (struct hdr){sizeof area - sizeof(struct hdr), 0}; }
static void *ff_alloc(uint32_t n) {
    n = (n + 7) & ~7u;
    for (unsigned char *p = area; p < area + sizeof area;) {
        struct hdr *h = (struct hdr *)p;
        if (!h->used && h->size >= n) {
            if (h->size > n + sizeof *h) { struct hdr *rest = (struct hdr *)(p + sizeof *h + n); *rest = (struct hdr){h->size - n - (uint32_t)sizeof *h, 0}; h->size = n; }
            h->used = 1;
            return h + 1;
        }
        p += sizeof *h + h->size;
    }
    return NULL;
}
static void ff_free(void *v) { ((struct hdr *)v - 1)->used = 0; }

int main(void) {
    int *a = bump(100 * sizeof *a);
    char *s = bump(20);
    for (int i = 0; i < 100; i++) a[i] = i;
    strcpy(s, "in the arena");
    printf("%d %s %d\n", a[99], s, (int)((uintptr_t)s & 15));
    used = 0; /* reset: the same memory means something else now */
    double *d = bump(8 * sizeof *d);
    d[7] = 2.5;
    printf("%g\n", d[7]);
    struct pool p = {.size = 24};
    void *all[500];
    for (int round = 0; round < 20; round++) {
        for (int i = 0; i < 500; i++) { all[i] = take(&p); memset(all[i], i, 24); }
        for (int i = 0; i < 500; i++) give(&p, all[(i * 7) % 500]);
    }
    printf("%d\n", p.free != NULL);
    ff_init();
    void *x = ff_alloc(100), *y = ff_alloc(200), *z = ff_alloc(300);
    ff_free(y);
    void *w = ff_alloc(150);
    printf("%d %d %d\n", w == y, (int)((char *)z - (char *)x), ff_alloc(100000) == NULL);
    char *raw = malloc(256 + 64), *al = (char *)(((uintptr_t)raw + 63) & ~(uintptr_t)63);
    memset(al, 7, 256);
    printf("%d %d\n", (int)((uintptr_t)al % 64), al[255]);
    free(raw);
    void *m;
    printf("%d %d ", posix_memalign(&m, 4096, 10000), (int)((uintptr_t)m % 4096));
    memset(m, 1, 10000);
    free(m);
    char *al2 = aligned_alloc(128, 256);
    printf("%d\n", (int)((uintptr_t)al2 % 128));
    free(al2);
    return 0;
}
