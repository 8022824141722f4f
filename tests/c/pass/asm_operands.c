// Operands of inline assembly that may be in memory or in a register: `+g` and its siblings.
#include <stdio.h>

struct pair { long a, b; };

#define KEEP(x) __asm__ volatile("" : "+g"(x) : : "memory")

int main(int argc, char **argv) {
    (void)argv;
    int x = argc;
    long y = argc * 5L;
    short h = (short)(argc + 7);
    char c = (char)('a' + argc);
    double d = argc;
    float f = (float)argc / 2;
    struct pair t = {argc, 2};
    char text[4] = "ab";
    const char *p = text;
    KEEP(x);
    KEEP(y);
    KEEP(h);
    KEEP(c);
    KEEP(p);
    __asm__ volatile("" : "+m"(t));
    __asm__ volatile("" : "+rm"(x));
    __asm__ volatile("" : "+m"(text) : "m"(x));
    __asm__ volatile("" : "+mr"(d));
    __asm__ volatile("" : "+mr"(f));
    __asm__ volatile("" : "+r,m"(y) : : "memory");
    __asm__("" : "+X"(y));
    __asm__ volatile("addl $3, %0" : "+g"(x));
    __asm__ volatile("" : : "g"(&t), "g"(x) : "memory");
    __asm__ volatile("addq %1, %0" : "+m"(y) : "r"(4L));
    printf("%d %ld %d %c %ld %ld %s %s %g %g\n", x, y, h, c, t.a, t.b, text, p, d, (double)f);
    for (int i = 0; i < 3; i++) {
        long copy = i;
        KEEP(copy);
        y += copy;
    }
    printf("%ld\n", y);
    return 0;
}
