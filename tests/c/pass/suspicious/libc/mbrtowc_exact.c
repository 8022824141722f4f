// Multibyte decoding bounded by exactly the bytes that are there, and by none at the end of the block.
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

int main(void) {
    setlocale(LC_ALL, "C");
    const char *text = "abc";
    mbstate_t state;
    memset(&state, 0, sizeof state);
    char *raw = malloc(3);
    memcpy(raw, text, 3);
    wchar_t w;
    for (size_t at = 0; at < 3;) { at += mbrtowc(&w, raw + at, 3 - at, &state); printf("%d ", (int)w); }
    printf("%d\n", mbrtowc(&w, raw + 3, 0, &state) == (size_t)-2);
    free(raw);
    return 0;
}
