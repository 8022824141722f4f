// Wide strings with precisions in bytes: an unterminated wide array is read no further than needed.
#include <stdio.h>
#include <wchar.h>

int main(void) {
    wchar_t raw[3] = {L'x', L'y', L'z'};
    printf("%.3ls|%.1ls|%ls\n", raw, raw, L"end");
    wchar_t out[4];
    int n = swprintf(out, 4, L"%.2ls%d", raw, 7);
    printf("%d %ls\n", n, out);
    return 0;
}
