// Uses a type that is refused by name.
#include <stdio.h>

__attribute__((noinline)) _Float16 twice(_Float16 x) {
    return x + x;
}

int main(int argc, char **argv) {
    (void)argv;
    _Float16 half = (_Float16)argc;
    printf("%d\n", (int)twice(half));
    return 0;
}
