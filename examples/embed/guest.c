// What the example's host runs: clang-22 -O1 -g -c -emit-llvm guest.c -o guest.bc
#include <stdio.h>
#include <stdlib.h>

void log_line(const char *s); // a closure of the host's
double price_of(int item);    // another one

double total(const int *items, int n) {
    char line[64];
    double sum = 0;
    for (int i = 0; i < n; i++) {
        sum += price_of(items[i]);
        snprintf(line, sizeof line, "item %d, %.2f so far", items[i], sum);
        log_line(line);
    }
    return sum;
}

void forget_to_count(int n) {
    int *table = malloc(4 * sizeof *table);
    for (int i = 0; i <= n; i++) table[i] = i; // one too many
    printf("table[%d] = %d\n", n, table[n]);
    free(table);
}

void spin(void) {
    for (volatile int i = 0;; i++) {}
}

int main(int argc, char **argv) {
    printf("%s has %d arguments\n", argv[0], argc - 1);
    return argc;
}
