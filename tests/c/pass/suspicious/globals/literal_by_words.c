// A string literal of exactly sixteen bytes with its zero is read as two words.
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static __attribute__((noinline)) uint64_t word(const char *p) { uint64_t w; memcpy(&w, p, 8); return w; }

int main(void) {
    const char *s = "fifteen letters";
    printf("%016llx %016llx\n", (unsigned long long)word(s), (unsigned long long)word(s + 8));
    return 0;
}
