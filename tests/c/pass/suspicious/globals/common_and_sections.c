// Tentative definitions, objects in a section of their own and a table of their addresses.
#include <stdio.h>

int tentative;
int tentative;
__attribute__((section("mine"), used)) int first = 1, second = 2;
static int *const all[] = {&tentative, &first, &second, 0};

int main(void) {
    int s = 0;
    for (int *const *p = all; *p; p++) { **p += 10; s = s * 100 + **p; }
    printf("%d\n", s);
    return 0;
}
