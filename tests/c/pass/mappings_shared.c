// Shared mappings of a file: stores reach the file, writes to the file reach the mapping.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void show(int fd, off_t at, size_t n) {
    char b[64] = {0};
    ssize_t got = pread(fd, b, n, at);
    printf("%zd:", got);
    for (ssize_t i = 0; i < got; i++) putchar(b[i] ? b[i] : '.');
    putchar('\n');
}

int main(void) {
    char name[] = "/tmp/svm-shared-XXXXXX";
    int fd = mkstemp(name);
    if (fd < 0 || ftruncate(fd, 3 * 4096) != 0) return 1;
    char *p = mmap(NULL, 4 * 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (p == MAP_FAILED) return perror("mmap"), 2;

    strcpy(p, "stored");
    strcpy(p + 4096, "second page");
    show(fd, 0, 8);
    show(fd, 4096, 12);
    printf("%zd\n", pwrite(fd, "WROTE", 5, 2));
    puts(p);
    lseek(fd, 100, SEEK_SET);
    printf("%zd %s\n", write(fd, "at hundred", 11), p + 100);
    p[3] = '!';
    printf("%d\n", msync(p, 4096, MS_SYNC));
    FILE *f = fopen(name, "r+");
    char line[16];
    printf("%s\n", fgets(line, 8, f));
    fputs("through a stream", f);
    fflush(f);
    puts(p);
    fclose(f);

    strcpy(p + 3 * 4096 - 4, "end");
    printf("%d\n", ftruncate(fd, 2 * 4096));
    printf("%d\n", ftruncate(fd, 3 * 4096));
    printf("[%s]\n", p + 3 * 4096 - 4);
    show(fd, 3 * 4096 - 4, 4);
    printf("%lld\n", (long long)lseek(fd, 0, SEEK_END));

    int again = open(name, O_RDONLY);
    errno = 0;
    printf("%d %d\n", mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, again, 0) == MAP_FAILED, errno == EACCES);
    printf("%d\n", munmap(p, 4 * 4096));
    show(again, 0, 20);

    const char *q = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 4096);
    if (q == MAP_FAILED) return 3;
    puts(q);
    printf("%zd\n", pwrite(fd, "changed", 8, 4096));
    puts(q);
    printf("%zd %s\n", pwrite(fd, "page!", 6, 4096 + 4000), q + 4000);
    munmap((void *)q, 4096);

    char *r = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 4096);
    strcpy(r, "mine alone");
    show(fd, 4096, 8);
    munmap(r, 4096);

    p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    strcpy(p, "left at the end");
    close(fd);
    close(again);
    unlink(name);
    return 0;
}
