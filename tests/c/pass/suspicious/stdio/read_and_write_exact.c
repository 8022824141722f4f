// pipe, write and read with blocks of exactly the bytes that pass, then with length zero.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(void) {
    int fd[2];
    char *a = malloc(5), *b = malloc(5);
    memcpy(a, "bytes", 5);
    if (pipe(fd)) return 1;
    long w = write(fd[1], a, 5), z = write(fd[1], a + 5, 0), r = read(fd[0], b, 3), n = read(fd[0], b + 5, 0), q = read(fd[0], b + 3, 2);
    printf("%ld %ld %ld %ld %.5s %ld\n", w, z, r, q, b, n);
    free(a);
    free(b);
    return 0;
}
