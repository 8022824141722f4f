// string.h and strings.h on ordinary and on edge inputs.
#define _GNU_SOURCE
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static int sign(int x) { return (x > 0) - (x < 0); }

int main(void) {
    char a[64] = "hello", b[64];
    printf("%zu %zu %zu\n", strlen(a), strnlen(a, 3), strnlen(a, 100));
    printf("%s %s\n", strcpy(b, a), strcat(b, " world"));
    printf("%s|", strncpy(b, "abcdef", 3)); printf("%s|", b);
    memset(b, 'z', sizeof b); strncpy(b, "ab", 6); b[7] = 0;
    for (int i = 0; i < 8; i++) printf("%02x", (unsigned char)b[i]);
    strcpy(b, "x"); printf(" %s\n", strncat(b, "yzwv", 2));
    static const char *words[] = {"", "a", "ab", "abc", "abd", "ABC", "b", "\x80", "\xff", "abcabc"};
    for (int i = 0; i < 10; i++) {
        for (int j = 0; j < 10; j++)
            printf("%d%d%d%d ", sign(strcmp(words[i], words[j])), sign(strncmp(words[i], words[j], 2)), sign(strcasecmp(words[i], words[j])), sign(strcoll(words[i], words[j])));
        printf("\n");
    }
    const char *t = "the quick brown fox jumps over the lazy dog";
    printf("%td %td %s %s\n", strchr(t, 'q') - t, strrchr(t, 'o') - t, strchr(t, 'Z') ? "yes" : "no", strchr(t, 0) == t + strlen(t) ? "end" : "?");
    printf("%td %td %d %td\n", strstr(t, "the ") - t, strstr(t, "lazy") - t, strstr(t, "cat") == NULL, strstr(t, "") - t);
    printf("%zu %zu %s %d\n", strspn(t, "eht "), strcspn(t, "qz"), strpbrk(t, "xyz"), strpbrk(t, "0") == NULL);
    char text[] = ",,one,two;;three,";
    char *save, *w;
    for (w = strtok(text, ",;"); w; w = strtok(NULL, ",;")) printf("[%s]", w);
    char text2[] = "a:b::c";
    for (w = strtok_r(text2, ":", &save); w; w = strtok_r(NULL, ":", &save)) printf("(%s)", w);
    char text3[] = "a:b::c", *rest = text3;
    while ((w = strsep(&rest, ":"))) printf("<%s>", w);
    printf("\n");
    char m[32] = "0123456789abcdef";
    memmove(m + 3, m, 10); printf("%s ", m);
    memmove(m, m + 3, 10); printf("%s ", m);
    memcpy(m, "XYZ", 3); printf("%s ", m);
    printf("%s\n", (char *)memset(m, '-', 4));
    printf("%d %d %d\n", sign(memcmp("abc", "abd", 3)), sign(memcmp("abc", "abd", 2)), sign(memcmp("\xff", "\x01", 1)));
    printf("%s %d %s %s\n", (char *)memchr(t, 'k', 20), memchr(t, 'z', 5) == NULL, (char *)memrchr(t, 'd', strlen(t)), (char *)rawmemchr(t, 'd'));
    printf("%s\n", (char *)memmem(t, strlen(t), "fox", 3));
    char *d = strdup(t), *e = strndup(t, 9);
    printf("%s %s\n", d + 40, e);
    free(d); free(e);
    char *end = stpcpy(b, "stp"); stpcpy(end, "cpy"); printf("%s %td\n", b, end - b);
    printf("%d %d %d\n", ffs(0x50), ffsl(1L << 40), bcmp("a", "a", 1));
    for (int c = -1; c < 256; c += 7) printf("%d%d%d%d%d%d%d%d%d%d%d%d:%d,%d ", !!isalpha(c), !!isdigit(c), !!isalnum(c), !!isspace(c), !!isupper(c), !!islower(c), !!ispunct(c), !!isprint(c), !!iscntrl(c), !!isxdigit(c), !!isgraph(c), !!isblank(c), tolower(c), toupper(c));
    printf("\n");
    for (const char *p = "MiXed 123\t!"; *p; p++) printf("%c%c", toupper((unsigned char)*p), tolower((unsigned char)*p));
    printf("\n%s|%s|%s\n", strerror(2), strerror(22), strerror(0));
    printf("%s %s\n", strcasestr(t, "QUICK"), strchrnul(t, '!') == t + strlen(t) ? "nul" : "?");
    char big[5000]; memset(big, 'a', 4999); big[4999] = 0;
    printf("%zu %d %d\n", strlen(big), sign(strcmp(big, big + 1)), memchr(big, 0, 5000) == big + 4999);
    printf("%d\n", sign(strverscmp("file9", "file10")));
    return 0;
}
