// printf: flags, widths, precisions, every conversion, length modifiers, %n, return values, snprintf limits.
#define _GNU_SOURCE
#include <inttypes.h>
#include <limits.h>
#include <locale.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

int main(void) {
    int n = -1;
    printf("%d|%5d|%-5d|%05d|%+d|% d|%.3d|%8.3d|%-8.3d|%+08d|%.0d|\n", 42, 42, 42, 42, 42, 42, 7, 7, 7, 7, 0);
    printf("%i %u %o %#o %x %X %#x %#X %#010x %c|%3c|%-3c|\n", -5, 5u, 64, 64, 255, 255, 255, 255, 255, 'c', 'd', 'e');
    printf("%hhd %hhu %hd %hu %ld %lu %lld %llu %jd %zu %td\n", (signed char)-1, (unsigned char)200, (short)-30000, (unsigned short)60000,
           LONG_MIN, ULONG_MAX, LLONG_MAX, ULLONG_MAX, INTMAX_MIN, (size_t)-1, (ptrdiff_t)-9);
    printf("%s|%10s|%-10s|%.2s|%10.2s|%-10.2s|%.0s|%s\n", "str", "str", "str", "str", "str", "str", "str", "");
    printf("%*d|%-*d|%.*f|%*.*s|%*d\n", 6, 1, 6, 2, 2, 3.14159, 7, 3, "abcdef", -6, 3);
    printf("%2$s %1$d %2$s %3$*1$d\n", 4, "pos", 9);
    static const double d[] = {0, -0.0, 1, 0.1, 123456789, 1e-5, 1.5e300, 9.995, 99999.95, 0.00012345, -2.5, 5e-324, 1e15, 1e17};
    for (unsigned i = 0; i < sizeof d / sizeof *d; i++)
        printf("%f|%.0f|%.3f|%e|%.2E|%g|%G|%#g|%.10g|%a|%+.1f|% 12.4e|%-12.2f|%012.3f|\n", d[i], d[i], d[i], d[i], d[i], d[i], d[i], d[i], d[i], d[i], d[i], d[i], d[i], d[i]);
    printf("%f %F %e %g %5.1f|%-6f|%06f %a\n", INFINITY, -INFINITY, NAN, INFINITY, INFINITY, INFINITY, -INFINITY, NAN);
    printf("%Lf %Le %Lg %.30Lg %La\n", 1.5L, 1e1000L, 3.0L, 0.1L, 1.0L);
    printf("%.50f\n%.60g\n%.0e %#.0f %#x %#o\n", 0.1, 1e22, 12345.0, 3.0, 0, 0);
    printf("%%|%n%d\n", &n, 1);
    printf("%d\n", n);
    char buf[16];
    memset(buf, 'q', sizeof buf);
    printf("%d ", snprintf(buf, 5, "%s", "truncate me"));
    printf("%s %c\n", buf, buf[5]);
    printf("%d %d %d\n", snprintf(NULL, 0, "%d-%s", 12345, "x"), snprintf(buf, 1, "abc"), buf[0]);
    printf("%d\n", sprintf(buf, "%04x/%c", 0xbeef, 'Z'));
    fputs(buf, stdout);
    putchar('\n');
    char *as;
    printf("%d ", asprintf(&as, "%s and %d", "made", 17));
    puts(as);
    free(as);
    printf("%p %p|%20p|%-8p|\n", (void *)0, (void *)0x1234, (void *)0xab, (void *)1);
    printf("%s\n", (char *)(n > 1000 ? "x" : NULL) == NULL ? "(was null)" : "?");
    printf("%" PRId8 " %" PRIx64 " %" PRIuPTR " %" PRIo32 "\n", (int8_t)-8, UINT64_C(0xdeadbeefcafe), (uintptr_t)77, (uint32_t)8);
    printf("%lc%ls|%.2ls|\n", (wint_t)L'w', L"ide", L"xyz");
    printf("%m\n");
    fprintf(stdout, "%s %d\n", "to a stream", 3);
    fprintf(stderr, "to stderr %x\n", 255);
    dprintf(1, ""); /* nothing, but a valid call */
    printf("%.3s|%.*s\n", (char[]){'n', 'o', 'z'}, 2, (char[]){'a', 'b'}); /* no terminator needed */
    printf("%c%c%c", 'a', 0, 'b');
    printf("\n%ld %d\n", (long)printf("123456789\n"), printf("%s", ""));
    return 0;
}
