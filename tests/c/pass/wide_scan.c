// The wide scanf family: from wide strings and from streams, into narrow and wide targets, in both locales.
#include <errno.h>
#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

static int list(const wchar_t *s, const wchar_t *format, ...) {
    va_list ap;
    va_start(ap, format);
    int n = vswscanf(s, format, ap);
    va_end(ap);
    return n;
}

static int from(FILE *f, const wchar_t *format, ...) {
    va_list ap;
    va_start(ap, format);
    int n = vfwscanf(f, format, ap);
    va_end(ap);
    return n;
}

static void numbers(void) {
    int a = 0, b = 0, n = 0;
    unsigned long u = 0;
    short h = 0;
    signed char c = 0;
    double d = 0;
    float f = 0;
    long double l = 0;
    printf("%d", swscanf(L" 12 -0x1f,077 x", L"%d %i,%lo%n", &a, &b, &u, &n));
    printf(" %d %d %lu %d\n", a, b, u, n);
    printf("%d", list(L"3.5e2 -inf 0x1p4!", L"%lf %f %Lf", &d, &f, &l));
    printf(" %g %g %Lg\n", d, f, l);
    printf("%d", swscanf(L"70000 300", L"%hd %hhd", &h, &c));
    printf(" %d %d\n", h, c);
    printf("%d", swscanf(L"12345", L"%2d%*1d%d", &a, &b));
    printf(" %d %d\n", a, b);
    printf("%d %d", swscanf(L"", L"%d", &a), swscanf(L"x", L"%d", &a));
    printf(" %d", swscanf(L"1\u00e92", L"%d\u00e9%d", &a, &b));
    printf(" %d %d\n", a, b);
    printf("%d %d\n", swscanf(L"7\u0661", L"%d%n", &a, &n), n);
}

static void text(void) {
    char s[32] = "", t[32] = "", *p = NULL;
    wchar_t w[32] = L"", x[32] = L"", *q = NULL;
    printf("%d", swscanf(L"one two three", L"%s %ls %3s", s, w, t));
    printf(" %s %ls %s\n", s, w, t);
    printf("%d", swscanf(L"abc]-def", L"%[]a-c]%l[-d]%lc", s, w, x));
    printf(" %s %ls %lc\n", s, w, x[0]);
    printf("%d", swscanf(L"key=value;", L"%[^=]=%l[^;]", s, w));
    printf(" %s %ls\n", s, w);
    printf("%d", swscanf(L"made wide", L"%ms %mls", &p, &q));
    printf(" %s %ls\n", p, q);
    free(p);
    free(q);
    printf("%d", swscanf(L"xyz", L"%2c%C", s, x));
    printf(" %.2s %lc\n", s, x[0]);
    // Beyond ASCII: wide targets take them as they are, narrow ones need an encoding.
    memset(w, 0, sizeof w);
    printf("%d", swscanf(L"gr\u00fc\u00dfe \u4e16\u754c", L"%ls %2l[\u4e00-\u9fff]", w, x));
    printf(" %d %x %x\n", (int)wcslen(w), (unsigned)w[2], (unsigned)x[1]);
    errno = 0;
    memset(s, 0, sizeof s);
    int n = swscanf(L"gr\u00fcn", L"%31s", s);
    printf("%d %d %d %x\n", n, errno == EILSEQ, (int)strlen(s), (unsigned char)s[2]);
    errno = 0;
    memset(w, 0, sizeof w);
    n = sscanf("gr\303\274n x", "%3ls", w);
    printf("%d %d %x\n", n, errno == EILSEQ, (unsigned)w[2]);
}

static void streams(void) {
    FILE *f = tmpfile();
    fputws(L"12 word  0x\n3.25,rest of it\n", f);
    rewind(f);
    int a = 0;
    char s[16] = "";
    wchar_t w[16] = L"";
    double d = 0;
    printf("%d", from(f, L"%d %s", &a, s));
    printf(" %d %s", a, s);
    printf(" %d", fwscanf(f, L"%x", &a));
    printf(" %d", fwscanf(f, L"%lf,%ls", &d, w));
    printf(" %g %ls", d, w);
    printf(" %d %d\n", (int)getwc(f), fwide(f, 0) > 0);
    fclose(f);
}

int main(void) {
    numbers();
    text();
    streams();
    puts(setlocale(LC_ALL, "C.UTF-8") ? "C.UTF-8" : "none");
    numbers();
    text();
    return 0;
}
