// qsort moves structs that own memory; every owner is freed once after it.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct owner { char *text; char pad[5]; };
static int order(const void *a, const void *b) { return strcmp(((const struct owner *)a)->text, ((const struct owner *)b)->text); }

int main(void) {
    struct owner o[20];
    char t[8];
    for (int i = 0; i < 20; i++) { snprintf(t, sizeof t, "t%02d", i * 7 % 20); o[i].text = strdup(t); o[i].pad[4] = 1; }
    qsort(o, 20, sizeof *o, order);
    for (int i = 0; i < 20; i++) { printf("%s ", o[i].text); free(o[i].text); }
    putchar('\n');
    return 0;
}
