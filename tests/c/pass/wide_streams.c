// Wide characters of streams: written, read back, pushed back, by line, in UTF-8; a file that is no UTF-8.
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

static void show(const char *name) {
    FILE *f = fopen(name, "r");
    for (int c; (c = fgetc(f)) != EOF;) printf("%02x ", c);
    printf("\n");
    fclose(f);
}

int main(void) {
    if (!setlocale(LC_ALL, "C.UTF-8")) return 1;
    char name[] = "/tmp/svm-wide-streams-XXXXXX";
    FILE *f = fdopen(mkstemp(name), "w+");
    printf("%d ", fwide(f, 0) == 0);
    printf("%x %x ", (unsigned)fputwc(L'a', f), (unsigned)putwc(L'\u00e9', f));
    printf("%d ", fputws(L"\u20ac line\n\U0001f600 two\nlast", f) >= 0);
    printf("%d\n", fwide(f, 0) > 0);
    rewind(f);
    wchar_t line[16];
    while (fgetws(line, 16, f)) printf("%zu:%lx..%lx ", wcslen(line), (long)line[0], (long)line[wcslen(line) - 1]);
    printf("%d %d\n", feof(f) != 0, ferror(f) != 0);
    rewind(f);
    wint_t a = fgetwc(f), b = getwc(f);
    printf("%x %x ", (unsigned)a, (unsigned)b);
    printf("%x ", (unsigned)ungetwc(b, f));
    printf("%x %x ", (unsigned)fgetwc(f), (unsigned)fgetwc(f));
    wchar_t three[3];
    printf("%d %lx %lx\n", fgetws(three, 3, f) == three, (long)three[0], (long)three[1]);
    fclose(f);
    show(name);
    f = fopen(name, "w");
    fputs("x\xff\xfe", f);
    fclose(f);
    f = fopen(name, "r");
    printf("%x ", (unsigned)fgetwc(f));
    errno = 0;
    wint_t bad = fgetwc(f);
    printf("%d %d %d\n", bad == WEOF, ferror(f) != 0, errno == EILSEQ);
    fclose(f);
    remove(name);
    return 0;
}
