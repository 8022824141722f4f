// A cursor into a buffer is kept as an offset over realloc, or moved by the distance of old and new.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    size_t n = 4;
    char *base = malloc(n), *cursor = base;
    for (int i = 0; i < 5000; i++) {
        if (cursor == base + n) {
            uintptr_t old = (uintptr_t)base;
            base = realloc(base, n *= 2);
            cursor = (char *)((uintptr_t)cursor + ((uintptr_t)base - old));
        }
        *cursor++ = (char)('a' + i % 26);
    }
    printf("%td %c %c\n", cursor - base, base[0], cursor[-1]);
    free(base);
    return 0;
}
