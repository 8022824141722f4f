// Strings that are built, grown, joined, reversed and searched, a byte or a word at a time.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct string {
    char *text;
    size_t length, room;
};

static void append(struct string *s, const char *text, size_t n) {
    if (s->length + n + 1 > s->room) {
        s->room = (s->length + n + 1) * 2;
        s->text = realloc(s->text, s->room);
    }
    memcpy(s->text + s->length, text, n);
    s->length += n;
    s->text[s->length] = 0;
}

static void append_number(struct string *s, unsigned n) {
    char digits[12];
    int at = sizeof digits;
    do digits[--at] = (char)('0' + n % 10);
    while (n /= 10);
    append(s, digits + at, sizeof digits - at);
}

static void reverse(char *text, size_t n) {
    for (size_t i = 0; i < n / 2; i++) {
        char c = text[i];
        text[i] = text[n - 1 - i], text[n - 1 - i] = c;
    }
}

static unsigned count(const char *text, const char *word) {
    unsigned n = 0;
    for (; *text; text++) {
        size_t i = 0;
        while (word[i] && text[i] == word[i]) i++;
        n += !word[i];
    }
    return n;
}

int main(int argc, char **argv) {
    int units = argc > 1 ? atoi(argv[1]) : 1;
    unsigned sum = 0;
    for (int round = 0; round < units * 65; round++) {
        struct string s = {0};
        for (unsigned i = 0; i < 2500; i++) {
            append_number(&s, i * 2654435761u + (unsigned)round);
            append(&s, i % 3 ? ", " : ";\n", 2);
        }
        reverse(s.text, s.length);
        sum += count(s.text, "12") + count(s.text, ",77") + (unsigned)strlen(s.text);
        free(s.text);
    }
    printf("%u\n", sum);
    return 0;
}
