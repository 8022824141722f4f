// Pointers copied byte by byte, in halves, reversed, through files, encoded as text with %p and read back.
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static __attribute__((noinline)) void copy(void *to, const void *from, size_t n) { volatile char *t = to; const volatile char *f = from; while (n--) *t++ = *f++; }

int main(void) {
    int *p = malloc(sizeof *p), *q, *r;
    *p = 4711;
    copy(&q, &p, sizeof q);
    printf("%d %d\n", *q, p == q);
    uint32_t half[2];
    memcpy(half, &p, 8);
    uint64_t whole = (uint64_t)half[1] << 32 | half[0];
    memcpy(&r, &whole, 8);
    printf("%d\n", *r);
    unsigned char rev[8], *b = (unsigned char *)&p;
    for (int i = 0; i < 8; i++) rev[7 - i] = b[i];
    for (int i = 0; i < 8; i++) ((unsigned char *)&q)[i] = rev[7 - i];
    printf("%d\n", *q);
    char text[64];
    void *back;
    snprintf(text, sizeof text, "%p", (void *)p);
    printf("%d ", sscanf(text, "%p", &back));
    printf("%d\n", *(int *)back);
    snprintf(text, sizeof text, "%" PRIuPTR, (uintptr_t)p);
    printf("%d\n", *(int *)strtoull(text, NULL, 10));
    FILE *f = tmpfile();
    fwrite(&p, sizeof p, 1, f);
    rewind(f);
    q = NULL;
    printf("%zu ", fread(&q, sizeof q, 1, f));
    printf("%d\n", *q);
    fclose(f);
    int *array[4] = {p, p, NULL, p}, *other[4];
    memcpy(other, array, sizeof array);
    printf("%d %d\n", *other[3], other[2] == NULL);
    struct { char pad; int *p; } __attribute__((packed)) odd = {1, p}, odd2;
    odd2 = odd; /* a pointer at an odd address */
    printf("%d\n", *odd2.p);
    intptr_t diff = (char *)&array[3] - (char *)array;
    printf("%d\n", **(int **)((char *)array + diff));
    uint64_t sum = (uint64_t)(uintptr_t)p + 12345, product = (uint64_t)(uintptr_t)p * 3;
    printf("%d %d\n", *(int *)(sum - 12345), *(int *)(product / 3 == (uint64_t)(uintptr_t)p ? product / 3 : (uint64_t)(uintptr_t)p));
    free(p);
    return 0;
}
