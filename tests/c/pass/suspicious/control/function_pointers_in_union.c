// One union holds functions of several types; each is called by the type it has.
#include <stdio.h>

static int one(int a) { return a + 1; }
static double two(double a, double b) { return a * b; }
static const char *none(void) { return "none"; }
struct entry { int kind; union { int (*i)(int); double (*d)(double, double); const char *(*s)(void); void (*any)(void); } f; };

int main(void) {
    struct entry t[] = {{0, {.i = one}}, {1, {.d = two}}, {2, {.s = none}}, {2, {.any = (void (*)(void))none}}};
    for (int i = 0; i < 4; i++) {
        struct entry *volatile e = &t[i];
        if (e->kind == 0) printf("%d ", e->f.i(4));
        else if (e->kind == 1) printf("%g ", e->f.d(1.5, 4));
        else printf("%s ", e->f.s());
    }
    putchar('\n');
    return 0;
}
