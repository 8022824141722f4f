// Binary trees: malloc and free of many small nodes.
#include <stdio.h>
#include <stdlib.h>

struct node {
    struct node *left, *right;
};

static struct node *make(int depth) {
    struct node *n = malloc(sizeof *n);
    n->left = depth > 0 ? make(depth - 1) : NULL;
    n->right = depth > 0 ? make(depth - 1) : NULL;
    return n;
}

static int count(const struct node *n) { return n->left == NULL ? 1 : 1 + count(n->left) + count(n->right); }

static void drop(struct node *n) {
    if (n->left != NULL) drop(n->left), drop(n->right);
    free(n);
}

int main(int argc, char **argv) {
    int units = argc > 1 ? atoi(argv[1]) : 1;
    long total = 0;
    struct node *kept = make(14);
    for (int i = 0; i < units * 19; i++) {
        struct node *t = make(13);
        total += count(t);
        drop(t);
    }
    printf("%ld %d\n", total, count(kept));
    drop(kept);
    return 0;
}
