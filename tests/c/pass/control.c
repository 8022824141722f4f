// Control flow: switch of every shape, computed goto, goto in and out of loops, nested breaks, do-while, Duff's device.
#include <stdio.h>

static __attribute__((noinline)) int dense(int x) {
    switch (x) { case 0: return 10; case 1: return 21; case 2: return 5; case 3: return 99; case 4: return -1; case 5: return 7; default: return 1000; }
}
static __attribute__((noinline)) const char *names(int x) {
    switch (x) { case 0: return "zero"; case 1: return "one"; case 2: return "two"; case 3: return "three"; case 4: return "four"; default: return "many"; }
}
static __attribute__((noinline)) int sparse(long x) {
    switch (x) { case -5000000000L: return 1; case -1: return 2; case 77: return 3; case 1000000: return 4; case 1L << 40: return 5; }
    return 0;
}
static __attribute__((noinline)) int ranges(unsigned char c) {
    switch (c) { case '0' ... '9': return c - '0'; case 'a' ... 'f': return c - 'a' + 10; case 'A' ... 'F': return c - 'A' + 10; default: return -1; }
}
static __attribute__((noinline)) int falls(int x) {
    int r = 0;
    switch (x) { case 3: r += 3; case 2: r += 2; case 1: r += 1; break; case 9: r = 9; /* fallthrough */ default: r += 100; }
    return r;
}
static __attribute__((noinline)) int wide(unsigned __int128 x) {
    switch ((unsigned long)x) { case 1: return 1; case 0xffffffffffffffff: return 2; default: return 3; }
}

static int run(const unsigned char *code) { /* a threaded interpreter */
    static void *const ops[] = {&&halt, &&push, &&add, &&mul, &&dup, &&loop};
    int stack[16], sp = 0, count = 0;
    const unsigned char *pc = code;
#define NEXT goto *ops[*pc++]
    NEXT;
push: stack[sp++] = *pc++; NEXT;
add: sp--; stack[sp - 1] += stack[sp]; NEXT;
mul: sp--; stack[sp - 1] *= stack[sp]; NEXT;
dup: stack[sp] = stack[sp - 1]; sp++; NEXT;
loop: if (++count < *pc) { pc = code + pc[1]; NEXT; } pc += 2; NEXT;
halt: return stack[sp - 1];
}

static void duff(char *to, const char *from, int count) {
    int n = (count + 7) / 8;
    switch (count % 8) {
    case 0: do { *to++ = *from++;
    case 7: *to++ = *from++;
    case 6: *to++ = *from++;
    case 5: *to++ = *from++;
    case 4: *to++ = *from++;
    case 3: *to++ = *from++;
    case 2: *to++ = *from++;
    case 1: *to++ = *from++;
            } while (--n > 0);
    }
}

int main(void) {
    for (int i = -1; i < 8; i++) printf("%d/%s/%d ", dense(i), names(i), falls(i));
    printf("%d\n", falls(9));
    printf("%d%d%d%d%d%d\n", sparse(-5000000000L), sparse(-1), sparse(77), sparse(1000000), sparse(1L << 40), sparse(5));
    for (const char *s = "09afAFgz@"; *s; s++) printf("%d ", ranges((unsigned char)*s));
    printf("%d%d%d\n", wide(1), wide(~(unsigned __int128)0), wide((unsigned __int128)1 << 64));
    static const unsigned char code[] = {1, 3, 1, 4, 2, 4, 3, 5, 3, 5, 0};
    printf("%d\n", run(code));
    char out[32] = {0};
    duff(out, "a string of 21 chars.", 21);
    puts(out);
    int found = 0, steps = 0;
    for (int i = 0; i < 20; i++)
        for (int j = 0; j < 20; j++, steps++)
            if (i * j == 221) { found = i * 100 + j; goto done; }
done:
    printf("%d %d\n", found, steps);
    int i = 0;
again:
    if (i++ < 3) { printf("again "); goto again; }
    do { if (i == 6) continue; printf("%d ", i); } while (++i < 9);
    for (;;) { if (i-- == 4) break; if (i % 2) continue; printf("%d ", i); }
    printf("\n");
    int t = 5 > 3 ? 1, 2 : 3; /* comma in the middle */
    printf("%d %d\n", t, ({ int z = t * 4; z + 1; }));
    return 0;
}
