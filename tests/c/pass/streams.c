// FILE streams: modes, positions, pushing back, buffers, reading and writing in turns, memory streams, standard error between.
// stdin: first\nsecond line\n\nlast without end
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(void) {
    char line[16], name[] = "/tmp/svm-streams-XXXXXX";
    printf("%d\n", ungetc('!', stdin));
    while (fgets(line, sizeof line, stdin))
        printf("[%s]", line);
    printf("%d %d %d\n", feof(stdin), ferror(stdin), getchar());
    FILE *f = fdopen(mkstemp(name), "w+");
    printf("%d %ld\n", fprintf(f, "%s %d\n", "abc", 42), ftell(f));
    fputs("second\n", f);
    rewind(f);
    printf("%d\n", getc(f));
    printf("%d %ld\n", ungetc('z', f), ftell(f));
    printf("%s", fgets(line, sizeof line, f));
    fseek(f, 0, SEEK_CUR);
    fputs("SEC", f);
    fseek(f, -3, SEEK_CUR);
    printf("%s", fgets(line, sizeof line, f));
    printf("%d %d\n", fseek(f, -1, SEEK_SET), errno == EINVAL);
    fpos_t pos;
    rewind(f);
    fgetc(f);
    printf("%d\n", fgetpos(f, &pos));
    fgetc(f);
    printf("%d %c\n", fsetpos(f, &pos), fgetc(f));
    printf("%d\n", fclose(f));
    f = fopen(name, "a+");
    printf("%c\n", fgetc(f));
    fputs("end\n", f);
    rewind(f);
    char *l = NULL;
    size_t n = 0;
    ssize_t len;
    while ((len = getline(&l, &n, f)) > 0)
        printf("%zd:%s", len, l);
    free(l);
    printf("%d %d\n", feof(f) != 0, fclose(f));
    f = freopen(name, "r", stdin);
    printf("%d %d\n", f == stdin, fileno(f));
    printf("%d\n", scanf("%15s", line));
    printf("%s\n", line);
    static char buffer[4096];
    f = fopen(name, "w");
    setvbuf(f, buffer, _IOFBF, sizeof buffer);
    for (int i = 0; i < 2000; i++)
        fprintf(f, "%d,", i);
    printf("%ld\n", ftell(f));
    fclose(f);
    f = fopen(name, "r");
    printf("%d\n", setvbuf(f, NULL, _IONBF, 0));
    fseek(f, 4000, SEEK_SET);
    char block[64] = {0};
    printf("%zu %s %d\n", fread(block, 3, 7, f), block, fgetc(f));
    printf("%d %s\n", fputc('x', f), strerror(errno));
    printf("%d\n", ferror(f) != 0);
    clearerr(f);
    printf("%d\n", ferror(f));
    fclose(f);
    printf("%d %d\n", fopen("/nonexistent/x", "r") == NULL, errno == ENOENT);
    printf("%d %d\n", fopen(name, "q") == NULL, errno == EINVAL);
    char *made;
    size_t size;
    f = open_memstream(&made, &size);
    fprintf(f, "%05d", 7);
    fflush(f);
    printf("%s %zu\n", made, size);
    for (int i = 0; i < 1000; i++)
        fputc('a' + i % 26, f);
    fclose(f);
    printf("%zu %.10s %c\n", size, made, made[size - 1]);
    free(made);
    char memory[32] = "12 34 56";
    f = fmemopen(memory, 8, "r");
    int a, b, c;
    printf("%d %d\n", fscanf(f, "%d %d %d", &a, &b, &c), a + b + c);
    printf("%d\n", fgetc(f));
    fclose(f);
    f = fmemopen(memory, sizeof memory, "w");
    fputs("over", f);
    fclose(f);
    printf("%s\n", memory);
    f = tmpfile();
    fwrite("xyz", 1, 3, f);
    fflush(f);
    fprintf(stderr, "between\n");
    rewind(f);
    printf("%c\n", fgetc(f));
    fclose(f);
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("line buffered\n");
    write(1, "direct\n", 7);
    fputs("partial ", stdout);
    fflush(NULL);
    write(2, "x", 1);
    putchar_unlocked('p');
    putc_unlocked('\n', stdout);
    perror("perror");
    return remove(name);
}
