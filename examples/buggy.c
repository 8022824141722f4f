// A table of readings keeps a pointer to its largest entry; when the table grows, that pointer is stale.
// expect: use-after-free
// args: 7
//
// Nothing shows natively: the old memory still holds the old value, or another object's by then.
#include <stdio.h>
#include <stdlib.h>

struct reading {
    int sensor;
    double value;
};

struct table {
    struct reading *all;
    struct reading *largest;
    int count, room;
};

static void add(struct table *t, int sensor, double value) {
    if (t->count == t->room) {
        t->room = t->room == 0 ? 4 : t->room * 2;
        t->all = realloc(t->all, (size_t)t->room * sizeof *t->all); // t->largest still points to the old memory
    }
    struct reading *r = &t->all[t->count++];
    *r = (struct reading){sensor, value};
    if (t->largest == NULL || value > t->largest->value) { // BAD
        t->largest = r;
    }
}

int main(int argc, char **argv) {
    struct table t = {0};
    int n = argc > 1 ? atoi(argv[1]) : 3;
    puts("before");
    for (int i = 0; i < n; i++) {
        add(&t, i, 20.0 + (i * 5 % 7));
    }
    printf("largest of %d: sensor %d with %.1f\n", t.count, t.largest->sensor, t.largest->value);
    free(t.all);
    return 0;
}
