// A FILE is closed and another opened, perhaps at the same address; only the new one is used.
#include <stdio.h>

int main(void) {
    int s = 0;
    for (int i = 0; i < 20; i++) {
        FILE *f = tmpfile();
        fprintf(f, "%d", i);
        rewind(f);
        int x = -1;
        s += fscanf(f, "%d", &x) == 1 ? x : -100;
        fclose(f);
    }
    printf("%d\n", s);
    return 0;
}
