// A static initialiser holds one-past-the-end addresses, and the loops run up to them.
#include <stdio.h>

static int numbers[] = {3, 1, 4, 1, 5};
static int *const end = numbers + 5, *cursor = numbers;
static struct { const char *first, *last; } text = {"abc", 0};

int main(void) {
    int s = 0;
    while (cursor < end) s = s * 10 + *cursor++;
    printf("%d %td\n", s, end - numbers);
    text.last = text.first + 3;
    while (text.last > text.first) putchar(*--text.last);
    putchar('\n');
    return 0;
}
