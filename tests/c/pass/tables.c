// Static tables: of strings (relative look-up tables at -O2), of pointers into other objects, of structs, nested initializers.
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const char *month(unsigned m) {
    switch (m) {
    case 1: return "January"; case 2: return "February"; case 3: return "March"; case 4: return "April"; case 5: return "May";
    case 6: return "June"; case 7: return "July"; case 8: return "August"; case 9: return "September"; case 10: return "October";
    case 11: return "November"; case 12: return "December"; default: return "?";
    }
}
static const char *const colors[] = {"red", "green", "blue", "", "a longer name than the others"};
static const int primes[] = {2, 3, 5, 7, 11, 13};
static const int *const into[] = {primes + 2, &primes[5], primes, primes + 6};
static char text[] = "modifiable";
static char *cursor = text + 3;
struct tree { const char *name; const struct tree *left, *right; int v[3]; };
static const struct tree leaf1 = {"leaf1", NULL, NULL, {1}}, leaf2 = {.name = "leaf2", .v = {[2] = 9}};
static const struct tree root = {"root", &leaf1, &leaf2, {4, 5, 6}};
static const struct { char tag; union { int i; double d; const char *s; } u; } variants[] = {{'i', {.i = 5}}, {'d', {.d = 2.5}}, {'s', {.s = "str"}}};
static void *cycle[2] = {&cycle[1], &cycle[0]};
static const size_t offset = offsetof(struct tree, v);
static double grid[3][4] = {{1, 2}, {[3] = 7}, {0.5}};
static int zeroes[1000];
static const char packed[4][3] = {"ab", "cd", "efg", ""};
extern int weak_one __attribute__((weak));
int weak_function(int) __attribute__((weak));
static int target(int x) { return x + 1; }
int alias_of_target(int x) __attribute__((alias("target")));

static int depth(const struct tree *t) { return t ? 1 + depth(t->left) + depth(t->right) : 0; }

int main(int argc, char **argv) {
    (void)argv;
    for (unsigned i = 0; i < 14; i += (unsigned)argc) printf("%s ", month(i));
    printf("\n");
    for (int i = 0; i < 5; i++) printf("%s,", colors[i]);
    printf(" %d %d %d %td\n", *into[0], *into[1], into[2][1], into[3] - into[2]);
    cursor[0] = 'X';
    printf("%s %s\n", text, cursor);
    printf("%s %s %d %d %d\n", root.left->name, root.right->name, root.right->v[2], root.v[1], depth(&root));
    printf("%d %g %s\n", variants[0].u.i, variants[1].u.d, variants[2].u.s);
    printf("%d %zu %g %g\n", *(void **)cycle[0] == cycle[1] ? 0 : 1, offset, grid[1][3], grid[0][1] + grid[2][0]);
    int s = 0;
    for (int i = 0; i < 1000; i++) s |= zeroes[i];
    printf("%d %.3s %s\n", s, packed[2], packed[1]);
    printf("%d %d %d\n", &weak_one == NULL, weak_function == NULL, alias_of_target(41));
    printf("%zu %s %s\n", sizeof text, __func__, (const char[]){"compound"});
    return 0;
}
