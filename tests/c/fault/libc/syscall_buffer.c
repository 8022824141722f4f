// A system call made by its number writes past the end of its buffer.
// expect: stack-out-of-bounds
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv) {
    char key[16];
    puts("before");
    long got = syscall(SYS_getrandom, key, sizeof key + (size_t)argc, 0); // BAD
    printf("%ld %d\n", got, key[0]);
    return 0;
}
