// Random DNA by weighted letters, then its reverse complement and the frequencies of its pairs.
#include <stdio.h>
#include <stdlib.h>

enum { N = 60000 };

static unsigned state = 42;

static double next(double max) {
    state = (state * 3877 + 29573) % 139968;
    return max * state / 139968;
}

struct letter {
    char c;
    double up_to;
};

static char pick(const struct letter *letters, double r) {
    while (letters->up_to < r) letters++;
    return letters->c;
}

int main(int argc, char **argv) {
    static const struct letter human[] = {{'a', 0.3029549426680}, {'c', 0.5009432431601}, {'g', 0.6984905497992}, {'t', 2}};
    static char complement[256];
    complement['a'] = 't', complement['c'] = 'g', complement['g'] = 'c', complement['t'] = 'a';
    int units = argc > 1 ? atoi(argv[1]) : 1;
    char *dna = malloc(N), *other = malloc(N);
    unsigned pairs[16] = {0}, sum = 0;
    for (int round = 0; round < units * 6; round++) {
        for (int i = 0; i < N; i++) dna[i] = pick(human, next(1.0));
        for (int i = 0; i < N; i++) other[N - 1 - i] = complement[(unsigned char)dna[i]];
        for (int i = 1; i < N; i++) pairs[(dna[i] >> 1 & 3) * 4 + (other[i - 1] >> 1 & 3)]++;
    }
    for (int i = 0; i < 16; i++) sum = sum * 31 + pairs[i];
    printf("%u\n", sum);
    free(dna), free(other);
    return 0;
}
