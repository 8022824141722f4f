// A C program and a WebAssembly module in one process (svm-lli --link lib.wat mixed.bc): C calls the module's exports and
// reads its memory. `far` goes from an array of its own into the memory, `past` beyond the memory's end.
#include <stdio.h>
#include <string.h>

extern int wasm$lib$add(int, int);
extern void wasm$lib$store(int at, int value);
extern unsigned char wasm$lib$memory[];

static unsigned char own[16];

int main(int argc, char **argv) {
    const char *what = argc > 1 ? argv[1] : "";
    unsigned char *memory = wasm$lib$memory;
    wasm$lib$store(8, 77);
    printf("%d %d\n", wasm$lib$add(40, 2), memory[8]);
    fflush(stdout);
    if (!strcmp(what, "far")) {
        volatile long away = memory - own;
        printf("%d\n", own[away + 8]); // BAD
    }
    if (!strcmp(what, "past")) {
        printf("%d\n", memory[65536]); // BAD
    }
    if (!strcmp(what, "trap")) {
        wasm$lib$store(65536, 1);
    }
    return 0;
}
