// Loops of every shape, each hot: nested four deep, irreducible (two entries), with several back edges, switch inside
// goto, loops left from the middle, loops in a recursive function, a loop whose values live across calls.
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline)) unsigned nested(int n) {
    unsigned s = 0;
    for (int i = 0; i < n; i++)
        for (int j = i; j < n; j++)
            for (int k = 0; k < 3; k++)
                for (int l = k; l < 4; l++) s = s * 31 + (unsigned)(i ^ j * k + l);
    return s;
}

static __attribute__((noinline)) unsigned irreducible(int n, int enter) {
    unsigned s = 1;
    int i = 0;
    if (enter) goto middle;
top:
    s = s * 5 + 1;
    if (i % 7 == 3) s ^= 0x55;
middle:
    s += (unsigned)i * 3;
    if (++i < n) goto top;
    return s;
}

static __attribute__((noinline)) unsigned two_loops_entangled(int n) {
    unsigned a = 0, b = 1;
    int i = 0;
left:
    a += b;
    if (++i > n) return a ^ b;
    if (a & 1) goto right;
    goto left;
right:
    b = b * 3 + a;
    if (++i > n) return a - b;
    if (b % 3) goto left;
    goto right;
}

static __attribute__((noinline)) unsigned several_back_edges(unsigned n) {
    unsigned s = 0;
    for (unsigned i = 0; i < n;) {
        i++;
        if (i % 3 == 0) continue;
        if (i % 5 == 0) {
            s += 7;
            continue;
        }
        if (s > 4000000000u) break;
        s = s * 17 + i;
    }
    return s;
}

static __attribute__((noinline)) unsigned machine(const char *code, int steps) {
    unsigned acc = 1;
    const char *pc = code;
    while (steps-- > 0) {
        switch (*pc++) {
        case '+': acc += 3; break;
        case '*': acc *= 5; break;
        case '^': acc ^= acc >> 7; break;
        case '?': pc += acc & 1; break;
        case 0: pc = code; break;
        default: acc = ~acc;
        }
    }
    return acc;
}

static __attribute__((noinline)) unsigned recursive(int depth, unsigned s) {
    for (int i = 0; i < 3; i++) {
        s = s * 9 + (unsigned)i;
        if (depth > 0) s = recursive(depth - 1, s);
    }
    return s;
}

static __attribute__((noinline)) double step(double x) { return x * 0.5 + 1.0; }

static __attribute__((noinline)) double mixed(int n) {
    double x = 1, y = 2;
    float f = 3;
    long l = 4;
    unsigned char c = 5;
    __int128 wide = 6;
    for (int i = 0; i < n; i++) {
        x = step(x) + y / 1024, y = x - f, f = (float)(y * 0.25), l = l * 3 + c, c = (unsigned char)(c * 7 + i);
        wide = wide * 11 + l;
    }
    return x + y + f + (double)(l % 1000) + c + (double)(long)(wide >> 64 & 0xffff);
}

int main(int argc, char **argv) {
    (void)argv;
    int n = 20000 * argc;
    printf("%u\n", nested(60 * argc));
    printf("%u %u\n", irreducible(n, 0), irreducible(n, argc));
    printf("%u\n", two_loops_entangled(n));
    printf("%u\n", several_back_edges((unsigned)n));
    printf("%u\n", machine("++*?^-+*?+", n));
    printf("%u\n", recursive(7, (unsigned)argc));
    printf("%.17g\n", mixed(n));
    return 0;
}
