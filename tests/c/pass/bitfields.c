// Bit-fields: signed and unsigned, across storage units, packed, in unions, with odd total widths.
#include <stdio.h>
#include <string.h>

struct a { unsigned x : 3; int y : 5; unsigned long long z : 40; signed char w : 2; _Bool b : 1; };
struct __attribute__((packed)) p { unsigned a : 7; unsigned b : 13; unsigned c : 29; int d : 17; };
struct gap { unsigned a : 4; unsigned : 0; unsigned b : 4; unsigned : 12; unsigned c : 9; };
union u { struct { unsigned lo : 12, hi : 20; } s; unsigned word; };
struct wide { long long a : 63; unsigned long long b : 33; long long c : 24; };

static __attribute__((noinline)) void bump(struct a *s, int n) {
    s->x += (unsigned)n;
    s->y -= n;
    s->z *= (unsigned)(n + 3);
    s->w = (signed char)(n & 1);
    s->b = (n & 4) != 0;
}

static void bytes(const void *p, size_t n) {
    const unsigned char *c = p;
    while (n--) printf("%02x", *c++);
    printf("\n");
}

int main(void) {
    struct a s;
    memset(&s, 0, sizeof s);
    s.z = 5;
    for (int i = 0; i < 20; i++) {
        bump(&s, i);
        printf("%u %d %llu %d %d\n", s.x, s.y, (unsigned long long)s.z, s.w, s.b);
    }
    bytes(&s, sizeof s);
    struct p q = {100, 5000, 300000000, -40000};
    q.b += 3000;
    q.d -= 20000;
    printf("%u %u %u %d %zu\n", q.a, q.b, q.c, q.d, sizeof q);
    bytes(&q, sizeof q);
    struct gap g;
    memset(&g, 0xff, sizeof g);
    g.a = 5; g.b = 6; g.c = 300;
    printf("%u %u %u %zu\n", g.a, g.b, g.c, sizeof g);
    bytes(&g, sizeof g);
    union u v = {.word = 0xdeadbeef};
    v.s.lo ^= 0x123;
    printf("%x %x %x\n", v.s.lo, v.s.hi, v.word);
    struct wide w = {-1234567890123456789LL, 0x1ffffffffULL, -8388608};
    w.a /= 7; w.b -= 2; w.c += 5;
    printf("%lld %llu %lld %zu\n", (long long)w.a, (unsigned long long)w.b, (long long)w.c, sizeof w);
    struct a arr[5];
    memset(arr, 0, sizeof arr);
    for (int i = 0; i < 5; i++) { arr[i].y = i * 7; arr[i].z = 1ULL << (i * 9); }
    for (int i = 0; i < 5; i++) printf("%d:%llu ", arr[i].y, (unsigned long long)arr[i].z);
    printf("\n");
    return 0;
}
