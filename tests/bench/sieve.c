// The sieve of Eratosthenes on bytes.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv) {
    int units = argc > 1 ? atoi(argv[1]) : 1, n = 1000000, count = 0;
    char *composite = malloc((size_t)n + 1);
    for (int round = 0; round < units * 2; round++) {
        memset(composite, 0, (size_t)n + 1);
        count = 0;
        for (int i = 2; i <= n; i++) {
            if (composite[i]) continue;
            count++;
            for (int j = i * 2; j <= n; j += i) composite[j] = 1;
        }
    }
    printf("%d\n", count);
    free(composite);
    return 0;
}
