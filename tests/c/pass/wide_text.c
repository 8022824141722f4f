/* Locales, wide and multibyte characters. */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

static void characters(void) {
    const char *samples[] = {"a", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xff", "\xc3", "\xed\xa0\x80", ""};
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        mbstate_t st = {0};
        wchar_t wc = 0;
        errno = 0;
        size_t n = mbrtowc(&wc, samples[i], strlen(samples[i]) + 1, &st);
        char back[16] = "";
        size_t m = (long)n >= 0 ? wcrtomb(back, wc, &st) : 0;
        printf(" %zd/%x/%d/%zd/%d/%d", (long)n, (unsigned)wc, errno == EILSEQ, (long)m, mbsinit(&st), mblen(samples[i], 8));
    }
    puts("");
    for (unsigned c = 0; c < 0x3000; c += c < 256 ? 1 : 61)
        printf("%x%x%x%x%x%x", iswalpha(c) != 0, iswprint(c) != 0, iswpunct(c) != 0, iswspace(c) != 0,
            (unsigned)(towupper(c) != c), (unsigned)(wcwidth((wchar_t)c) + 1));
    puts("");
    wchar_t wide[32];
    const char *text = "gr\xc3\xbc\xc3\x9f dich";
    size_t n = mbstowcs(wide, text, 32);
    printf("%zd", (long)n);
    if ((long)n > 0) {
        char narrow[32];
        size_t m = wcstombs(narrow, wide, sizeof narrow);
        printf(" %zu %s %zu", m, narrow, wcslen(wide));
        const char *p = text;
        mbstate_t st = {0};
        printf(" %zu", mbsrtowcs(wide, &p, 3, &st));
        printf(" %td", p - text);
    }
    puts("");
}

int main(void) {
    static const char *names[] = {"C", "POSIX", "C.UTF-8", "xx_YY", "C"};
    for (int i = 0; i < 5; i++) {
        const char *set = setlocale(LC_ALL, names[i]);
        printf("%s -> %s, now %s %s %zu\n", names[i], set ? set : "none", setlocale(LC_ALL, NULL), nl_langinfo(CODESET), MB_CUR_MAX);
        characters();
    }
    setlocale(LC_CTYPE, "C.UTF-8");
    puts(setlocale(LC_ALL, NULL));
    struct lconv *l = localeconv();
    printf("[%s][%s] %d\n", l->decimal_point, l->thousands_sep, l->frac_digits);
    printf("%s %s %s %s\n", nl_langinfo(DAY_3), nl_langinfo(ABMON_12), nl_langinfo(D_FMT), nl_langinfo(RADIXCHAR));
    wchar_t a[40] = L"one,two;;three", *save, *t;
    for (t = wcstok(a, L",;", &save); t; t = wcstok(NULL, L",;", &save)) printf("<%ls>", t);
    wchar_t *end;
    printf("\n%ld %g %d %d %d\n", wcstol(L"  -0x1fz", &end, 0), wcstod(L"2.5e3x", NULL), (int)*end,
        wcscmp(L"abc", L"abd"), wcscasecmp(L"\u00c4B", L"\u00e4b"));
    printf("%d %d %d\n", wcsstr(L"hello world", L"o w") != NULL, wcswidth(L"ab\u4e2d", 3), (int)wcsspn(L"aab", L"a"));
    locale_t u = newlocale(LC_ALL_MASK, "C.UTF-8", NULL), old = uselocale(u);
    printf("%zu %d %d\n", MB_CUR_MAX, isalpha_l('x', u) != 0, old == LC_GLOBAL_LOCALE);
    uselocale(old);
    freelocale(u);
    for (int c = -1; c < 256; c++) printf("%x", (isalpha(c) ? 1 : 0) | (isspace(c) ? 2 : 0) | (ispunct(c) ? 4 : 0) | (toupper(c) != c ? 8 : 0));
    puts("");
    return 0;
}
