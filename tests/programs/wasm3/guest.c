/* A WASI program without a libc: says what it was given, reads its input, and computes for a while. */
#include <stddef.h>
#include <stdint.h>

#define WASI(name) __attribute__((import_module("wasi_snapshot_preview1"), import_name(#name))) extern
WASI(args_sizes_get) int args_sizes_get(size_t *count, size_t *size);
WASI(args_get) int args_get(char **list, char *text);
WASI(fd_write) int fd_write(int fd, const void *vector, size_t n, size_t *written);
WASI(fd_read) int fd_read(int fd, const void *vector, size_t n, size_t *got);

/* What the compiler may call by itself. */
void *memcpy(void *to, const void *from, size_t n) {
    char *t = to;
    const char *f = from;
    while (n-- > 0) *t++ = *f++;
    return to;
}
void *memset(void *to, int c, size_t n) {
    char *t = to;
    while (n-- > 0) *t++ = (char)c;
    return to;
}

struct span {
    const void *at;
    size_t size;
};

static char line[256];
static size_t used;

static void flush(void) {
    struct span s = {line, used};
    size_t written;
    fd_write(1, &s, 1, &written);
    used = 0;
}
static void put(char c) {
    line[used++] = c;
    if (c == '\n' || used == sizeof line) flush();
}
static void text(const char *s) {
    while (*s != 0) put(*s++);
}
static void number(int64_t v) {
    char digits[24];
    int n = 0;
    uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    if (v < 0) put('-');
    do digits[n++] = (char)('0' + u % 10);
    while ((u /= 10) != 0);
    while (n > 0) put(digits[--n]);
}
static void show(const char *name, int64_t v) {
    text(name);
    text(": ");
    number(v);
    put('\n');
}

static uint8_t composite[100001];
static int primes(int n) {
    int count = 0;
    for (int i = 2; i <= n; i++) {
        if (composite[i]) continue;
        count++;
        for (int64_t j = (int64_t)i * i; j <= n; j += i) composite[j] = 1;
    }
    return count;
}

static int32_t fibonacci(int32_t n) { return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2); }

static double heat[64][64], next[64][64];
static int64_t diffuse(int steps) {
    heat[32][32] = 1e6;
    for (int s = 0; s < steps; s++) {
        for (int y = 1; y < 63; y++)
            for (int x = 1; x < 63; x++)
                next[y][x] = heat[y][x] * 0.5 + (heat[y - 1][x] + heat[y + 1][x] + heat[y][x - 1] + heat[y][x + 1]) * 0.125;
        for (int y = 1; y < 63; y++)
            for (int x = 1; x < 63; x++) heat[y][x] = next[y][x];
    }
    return (int64_t)(heat[20][30] * 1000);
}

typedef uint32_t (*step)(uint32_t);
static uint32_t add(uint32_t x) { return x + 0x9e3779b9u; }
static uint32_t mix(uint32_t x) { return (x ^ x >> 15) * 0x85ebca6bu; }
static uint32_t turn(uint32_t x) { return x << 13 | x >> 19; }
static const step steps[] = {add, mix, turn};

static float root(float x) { return __builtin_sqrtf(x); }

void _start(void) {
    char *list[16], buffer[512];
    size_t count, size;
    if (args_sizes_get(&count, &size) != 0 || count > 16 || size > sizeof buffer) __builtin_trap();
    args_get(list, buffer);
    for (size_t i = 1; i < count; i++) {
        text("argument ");
        text(list[i]);
        put('\n');
    }
    char input[100];
    struct span s = {input, sizeof input};
    size_t got = 0, total = 0, lines = 0;
    while (fd_read(0, &s, 1, &got) == 0 && got > 0) {
        total += got;
        for (size_t i = 0; i < got; i++) lines += input[i] == '\n';
    }
    show("bytes read", (int64_t)total);
    show("lines read", (int64_t)lines);
    show("primes", primes(100000));
    show("fibonacci", fibonacci(23));
    show("heat", diffuse(40));
    uint32_t h = 1;
    for (int i = 0; i < 100000; i++) h = steps[i % 3](h);
    show("hash", h);
    float sum = 0;
    for (int i = 1; i < 20000; i++) sum += root((float)i);
    show("roots", (int64_t)sum);
    show("division", (int64_t)-7000000000LL / 13 + (int64_t)(7000000001ULL % 1000));
    show("bits", __builtin_popcountll(0x123456789abcdefULL) * 100 + __builtin_clz(0x1234) + __builtin_ctzll(0x8000));
}
