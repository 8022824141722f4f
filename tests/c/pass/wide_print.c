// The wide printf family: widths and precisions count characters, swprintf fails where snprintf cuts off.
#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <wchar.h>

static int list(const wchar_t *format, ...) {
    va_list ap;
    va_start(ap, format);
    int n = vwprintf(format, ap);
    va_end(ap);
    return n;
}

static int into(wchar_t *s, size_t n, const wchar_t *format, ...) {
    va_list ap;
    va_start(ap, format);
    int r = vswprintf(s, n, format, ap);
    va_end(ap);
    return r;
}

static void all(void) {
    int n = 0, m = 0;
    wprintf(L"[%d] [%5d] [%-5d] [%05d] [%x] [%lu] [%g] [%.3f] [%La]\n", 1, 2, 3, 4, 255, 6ul, 7.5, 8.25, 9.5L);
    wprintf(L"[%s] [%8s] [%-8s] [%.2s] [%ls] [%8ls] [%-8ls] [%.2ls] [%S]\n", "one", "two", "three", "four", L"five", L"six", L"seven", L"eight", L"nine");
    wprintf(L"[%c] [%lc] [%3c] [%-3lc] %% [%p]\n", 'a', L'b', 'c', L'd', (void *)0);
    wprintf(L"%2$s %1$d%3$n\n", 7, "seven", &n);
    wprintf(L"%ls%n\n", L"count", &m);
    wprintf(L"%d %d %d\n", m, list(L"%s %*d %.*f\n", "list", 5, 42, 2, 1.005), (int)sizeof(wchar_t));
    wchar_t s[16];
    wprintf(L"%d", swprintf(s, 16, L"%d-%s", 12, "ab"));
    wprintf(L" %ls\n", s);
    wprintf(L"%d", into(s, 6, L"%ls", L"12345"));
    wprintf(L" %ls\n", s);
    wprintf(L"%d", into(s, 6, L"%ls", L"1234567"));
    wprintf(L" %d\n", swprintf(s, 0, L"x"));
    fwprintf(stdout, L"%ls|%10ls|%s\n", L"plain", L"wide", "narrow");
}

int main(void) {
    // A stream keeps the encoding of the locale in which it became a wide one.
    if (setlocale(LC_ALL, "C.UTF-8") == NULL) return 1;
    all();
    wchar_t s[8];
    wprintf(L"[\u00e9\u20ac] [%ls] [%s] [%6s] [%.2s] [%lc]\n", L"\u00fc\U0001f600", "\xc3\xa4\xc3\xb6", "\xc3\xa4", "\xc3\xa4\xc3\xb6\xc3\xbc", L'\u00df');
    wprintf(L"%d\n", swprintf(s, 8, L"%s\u20ac", "\xc3\xa4\xc3\xb6"));
    for (int i = 0; s[i]; i++) wprintf(L"%x ", (unsigned)s[i]);
    wprintf(L"%d\n", swprintf(s, 8, L"%s", "\xff"));
    return 0;
}
