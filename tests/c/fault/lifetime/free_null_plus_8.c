// A member of an object that is not there is freed: the null pointer plus 8.
// expect: invalid-free
#include <stdio.h>
#include <stdlib.h>

struct node {
    struct node *next;
    char name[16];
};

static __attribute__((noinline)) void release(struct node *n) {
    free(n->name); // BAD
}

int main(int argc, char **argv) {
    puts("before");
    release(argc > 5 ? (struct node *)argv[0] : NULL);
    puts("after");
    return 0;
}
