// sscanf and scanf: conversions, widths, sets, suppression, %n, failures and end of input.
// stdin: 12 abc 3.5\n-7 0x1f 077\nrest of the line\n99
#include <stdio.h>
#include <string.h>
#include <stdlib.h>
#include <wchar.h>

int main(void) {
    int i, j, k, n = -1;
    unsigned u;
    char s[64], t[64], c;
    float f;
    double d;
    long double ld;
    long l;
    unsigned long long ull;
    short h;
    signed char hh;
    printf("%d %d %s %g\n", scanf("%d %s %lf", &i, s, &d), i, s, d);
    printf("%d %d %d %d\n", scanf("%d %i %i", &i, &j, &k), i, j, k);
    printf("%d [%s]\n", scanf(" %[^\n]", s), s);
    printf("%d %d\n", scanf("%d", &i), i);
    printf("%d\n", scanf("%d", &i));
    printf("%d %d %u %x\n", sscanf("10 20 ff", "%d%u%x", &i, &u, &k), i, u, k);
    printf("%d %o\n", sscanf("777", "%o", &u), u);
    printf("%d %s|%s|%c\n", sscanf("hello world!", "%3s%s %c", s, t, &c), s, t, c);
    printf("%d %s|%s\n", sscanf("abc123;xyz", "%[a-c]%[^;]", s, t), s, t);
    printf("%d %s\n", sscanf("]x-y]", "%[]x-]", s), s);
    printf("%d %d\n", sscanf("5,6", "%*d,%d", &j), j);
    printf("%d %d %d\n", sscanf("12 34", "%d%n", &i, &n), i, n);
    printf("%d %g %g %Lg\n", sscanf("1.5e3 -.25 3.0e-2", "%f%lf%Lf", &f, &d, &ld), (double)f, d, ld);
    printf("%d %ld %llu %d %d\n", sscanf("-9000000000 18446744073709551615 -3 100", "%ld%llu%hd%hhd", &l, &ull, &h, &hh), l, ull, h, hh);
    printf("%d %d\n", sscanf("12x", "%d%d", &i, &j), i);
    printf("%d\n", sscanf("", "%d", &i));
    printf("%d\n", sscanf("abc", "%d", &i));
    printf("%d %d %d\n", sscanf("12345678", "%3d%2d", &i, &j), i, j);
    printf("%d %c%c%c\n", sscanf("xyz", "%2c%c", s, &c), s[0], s[1], c);
    printf("%d %d\n", sscanf("50%", "%d%%", &i), i);
    printf("%d %d\n", sscanf("key = 8", "key = %d", &i), i);
    printf("%d\n", sscanf("kex = 8", "key = %d", &i));
    char *dyn = NULL;
    printf("%d %s\n", sscanf("allocated here", "%ms", &dyn), dyn);
    free(dyn);
    void *p;
    printf("%d %d\n", sscanf("0x1234", "%p", &p), p == (void *)0x1234);
    printf("%d %g %g\n", sscanf("inf nan", "%lf %f", &d, &f), d, (double)f * 0 != 0 ? 1.0 : 0.0);
    char *end;
    printf("%ld %ld %ld %ld %s\n", strtol("  -42abc", &end, 10), strtol("0x7f", NULL, 0), strtol("z", NULL, 36), strtol("0755", NULL, 0), end);
    printf("%lu %llu %ld\n", strtoul("4294967296", NULL, 10), strtoull("-1", NULL, 10), strtol("99999999999999999999", NULL, 10));
    printf("%.17g %.17g %.17g %s\n", strtod("0.1", NULL), strtod("1e-320", NULL), strtod("0x1.8p3", NULL), (strtod("3.5.6", &end), end));
    printf("%d %ld %g %g\n", atoi("  77x"), atol("-5"), atof("2.5e2"), (double)strtof("3.4028236e38", NULL));
    return 0;
}
