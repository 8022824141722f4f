// getenv's answer is used at once; setenv and unsetenv change the environment under it later.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void) {
    for (int i = 0; i < 50; i++) {
        char v[16], *got;
        snprintf(v, sizeof v, "value%d", i);
        setenv("SUSPICIOUS", v, 1);
        got = getenv("SUSPICIOUS");
        if (strcmp(got, v)) printf("lost %s\n", got);
    }
    static char own[] = "SUSPICIOUS=mine";
    putenv(own);
    own[11] = 'M';
    printf("%s ", getenv("SUSPICIOUS"));
    unsetenv("SUSPICIOUS");
    printf("%d\n", getenv("SUSPICIOUS") == NULL);
    return 0;
}
