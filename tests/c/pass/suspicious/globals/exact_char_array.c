// A char array initialised by a string without room for its zero, used only by its length.
#include <stdio.h>
#include <string.h>

static const char days[7][3] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};

int main(void) {
    for (int i = 0; i < 7; i++) {
        char s[4] = {0};
        memcpy(s, days[i], sizeof days[i]);
        printf("%s %.3s %d\n", s, days[i], memcmp(days[i], "Sun", 3) == 0);
    }
    return 0;
}
