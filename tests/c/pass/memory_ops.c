// Block operations: overlapping copies, struct copies through memory, volatile, unions, unaligned access, endianness.
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct s { int a[8]; };
union u { uint32_t w; uint16_t h[2]; uint8_t b[4]; float f; };
struct __attribute__((packed)) packed { char c; int i; double d; short s; long l; };
static volatile int vol;
static volatile struct { int a; char b; } vs;

static __attribute__((noinline)) void slide(unsigned char *p, int n, int by) { memmove(p + by, p, (size_t)n); }
static __attribute__((noinline)) uint32_t get32(const unsigned char *p) { return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24; }
static __attribute__((noinline)) uint64_t get64be(const unsigned char *p) { uint64_t v = 0; for (int i = 0; i < 8; i++) v = v << 8 | p[i]; return v; }
static __attribute__((noinline)) void put32(unsigned char *p, uint32_t v) { memcpy(p, &v, 4); }

int main(void) {
    unsigned char buf[300];
    for (int size = 0; size < 70; size += 3)
        for (int by = -9; by < 10; by += 3) {
            for (int i = 0; i < 300; i++) buf[i] = (unsigned char)i;
            slide(buf + 100, size, by);
            unsigned h = 0;
            for (int i = 0; i < 300; i++) h = h * 31 + buf[i];
            printf("%08x%c", h, by == 9 ? '\n' : ' ');
        }
    struct s a[4];
    for (int i = 0; i < 4; i++) for (int j = 0; j < 8; j++) a[i].a[j] = i * 8 + j;
    struct s *p = &a[1];
    *p = a[3];
    a[3] = *p;
    memmove(&a[0].a[2], &a[0], sizeof(struct s)); /* overlaps the next element */
    for (int i = 0; i < 32; i++) printf("%d ", ((int *)a)[i]);
    printf("\n");
    union u x = {.f = 1.0f};
    printf("%x %x %x ", x.w, x.h[1], x.b[2]);
    x.b[3] = 0xc0;
    printf("%g\n", (double)x.f);
    struct packed k = {'c', -5, 2.5, 77, 1L << 50};
    k.i *= 3; k.d += 0.25; k.l |= 1;
    printf("%zu %d %g %d %ld\n", sizeof k, k.i, k.d, k.s, k.l);
    for (int i = 0; i < 10; i++) vol += i;
    vs.a = vol; vs.b = (char)vs.a;
    printf("%d %d\n", vs.a, vs.b);
    for (int i = 0; i < 300; i++) buf[i] = (unsigned char)(i * 7);
    printf("%x %llx ", get32(buf + 1), (unsigned long long)get64be(buf + 3));
    put32(buf + 5, 0xdeadbeef);
    printf("%x\n", get32(buf + 4));
    memset(buf, 0xaa, 100); memset(buf + 13, 0, 1); memset(buf, 1, 0);
    printf("%d %d %d\n", memcmp(buf, buf + 50, 13), memcmp(buf, buf + 1, 13) > 0, buf[12]);
    struct s zero = {0}, copy;
    memcpy(&copy, &zero, sizeof copy);
    printf("%d\n", memcmp(&copy, &zero, sizeof copy));
    return 0;
}
