// What makes a stream one of bytes or of wide characters, and that functions of the other kind then fail.
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

static FILE *fresh(const char *text) {
    FILE *f = fopen("orientation.txt", "w+");
    if (f == NULL) exit(1);
    if (text != NULL) {
        fputs(text, f);
        f = freopen("orientation.txt", "r+", f);
    }
    return f;
}

#define AFTER(text, call)                              \
    do {                                               \
        FILE *f = fresh(text);                         \
        (void)(call);                                  \
        printf("%s: %d\n", #call, fwide(f, 0));        \
        fclose(f);                                     \
    } while (0)

int main(void) {
    char b[10], *line = NULL;
    size_t n = 0;
    int x;
    AFTER(NULL, fputs("a", f));
    AFTER(NULL, fputs("", f));
    AFTER(NULL, fputc('a', f));
    AFTER(NULL, putc('a', f));
    AFTER(NULL, fwrite("a", 1, 1, f));
    AFTER(NULL, fwrite("a", 0, 1, f));
    AFTER(NULL, fprintf(f, "a"));
    AFTER(NULL, fputwc(L'a', f));
    AFTER(NULL, fwprintf(f, L"a"));
    AFTER("12 ab\ncd", fgets(b, 5, f));
    AFTER("12 ab\ncd", fgetc(f));
    AFTER("12 ab\ncd", fread(b, 1, 2, f));
    AFTER("12 ab\ncd", fread(b, 0, 2, f));
    AFTER("12 ab\ncd", fscanf(f, "%d", &x));
    AFTER("12 ab\ncd", getline(&line, &n, f));
    AFTER("12 ab\ncd", ungetc('a', f));
    AFTER("12 ab\ncd", fseek(f, 1, SEEK_SET));
    AFTER("12 ab\ncd", ftell(f));
    AFTER("12 ab\ncd", feof(f));
    AFTER("12 ab\ncd", fgetwc(f));
    AFTER("12 ab\ncd", fwscanf(f, L"%d", &x));
    FILE *f = fresh("12 ab\ncd");
    fgetwc(f);
    printf("%d %d %d", fgetc(f), fputs("a", f), (int)fread(b, 1, 2, f));
    printf(" %d %d\n", fscanf(f, "%d", &x), fgets(b, 5, f) != NULL);
    fclose(f);
    f = fresh("12 ab\ncd");
    fgetc(f);
    printf("%d %d %d\n", (int)fgetwc(f), fputws(L"a", f), fwscanf(f, L"%d", &x));
    // A stream opened anew has no orientation.
    f = freopen("orientation.txt", "r", f);
    printf("%d\n", fwide(f, 0));
    free(line);
    remove("orientation.txt");
    return 0;
}
