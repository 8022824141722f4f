// A caller fills a buffer whose address a function returned that owned it.
// expect: use-after-return
#include <stdio.h>
#include <string.h>

static char *volatile buffer;

static __attribute__((noinline)) void prepare(void) {
    char local[32];
    buffer = local;
    buffer[0] = 'x';
}

static __attribute__((noinline)) void fill(const char *text) {
    strcpy(buffer, text); // BAD
}

int main(int argc, char **argv) {
    (void)argc;
    prepare();
    puts("before");
    fill(argv[0]);
    puts("after");
    return 0;
}
