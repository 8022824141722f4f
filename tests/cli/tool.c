// What the tests of the command line run: argv[1] says what to do.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static int failed(const char *what) {
    printf("%s: %s\n", what, strerrorname_np(errno));
    return 1;
}

static int cat(const char *path) {
    char text[256];
    int fd = open(path, O_RDONLY);
    if (fd < 0) return failed("open");
    ssize_t n = read(fd, text, sizeof text);
    if (n < 0) return failed("read");
    fwrite(text, 1, (size_t)n, stdout);
    return close(fd);
}

static int put(const char *path) {
    FILE *f = fopen(path, "w");
    if (!f) return failed("fopen");
    fputs("written\n", f);
    return fclose(f);
}

static int list(const char *path) {
    DIR *dir = opendir(path);
    if (!dir) return failed("opendir");
    int n = 0;
    for (struct dirent *e; (e = readdir(dir));) n += e->d_name[0] != '.';
    printf("%d entries\n", n);
    return closedir(dir);
}

static int look(const char *path) {
    struct stat s;
    if (stat(path, &s)) return failed("stat");
    printf("%ld bytes\n", (long)s.st_size);
    return 0;
}

static int now(void) {
    struct timespec a, b;
    clock_gettime(CLOCK_MONOTONIC, &a);
    for (volatile int i = 0; i < 100000; i++) {}
    clock_gettime(CLOCK_MONOTONIC, &b);
    printf("%s %s\n", time(NULL) > 1700000000 ? "present" : "past",
           a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec ? "still" : "passing");
    return 0;
}

static int fill(size_t bytes) {
    void *volatile p;
    int n = 0;
    while ((p = malloc(bytes))) n++;
    printf("%d %s\n", n, strerrorname_np(errno));
    return 0;
}

static volatile int sink;

__attribute__((noinline)) static int recurse(int n) {
    volatile char pad[100];
    pad[n % 100] = 1;
    return sink ? 0 : recurse(n + 1) + pad[n % 100];
}

static int take(size_t n) {
    volatile char *p = __builtin_alloca(n);
    p[0] = p[n - 1] = 1;
    return p[0];
}

static int order(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }

static int sort_forever(void) {
    int n = 1 << 20, *v = malloc((size_t)n * sizeof *v);
    for (;;) {
        for (int i = 0; i < n; i++) v[i] = i * 7919 % n;
        qsort(v, (size_t)n, sizeof *v, order);
    }
}

static int scan_forever(void) {
    char *s = malloc(1 << 28);
    memset(s, 'x', (1 << 28) - 1);
    for (;;) sink += (int)strlen(s);
}

static int leak(void) {
    char *kept = malloc(10);
    volatile char *lost = malloc(24);
    lost[0] = 1;
    static char *root;
    root = kept;
    return root[0];
}

static int overflow(void) {
    volatile char *p = malloc(4);
    printf("before\n");
    p[4] = 1;
    printf("after\n");
    return 0;
}

static void blocked(void) {
    char line[10];
    printf("waiting\n");
    fflush(stdout);
    if (!fgets(line, sizeof line, stdin)) printf("end\n");
}

int other(int argc, char **argv) {
    printf("other, %d: %s\n", argc, argv[argc - 1]);
    return 5;
}

int main(int argc, char **argv) {
    const char *what = argc > 1 ? argv[1] : "", *arg = argc > 2 ? argv[2] : "";
    unsigned long number = strtoul(arg, NULL, 0);
    if (!strcmp(what, "args")) for (int i = 1; i < argc; i++) puts(argv[i]);
    if (!strcmp(what, "env")) printf("%s\n", getenv(arg) ? getenv(arg) : "(none)");
    if (!strcmp(what, "cat")) return cat(arg);
    if (!strcmp(what, "put")) return put(arg);
    if (!strcmp(what, "list")) return list(arg);
    if (!strcmp(what, "look")) return look(arg);
    if (!strcmp(what, "unlink")) return unlink(arg) ? failed("unlink") : 0;
    if (!strcmp(what, "chdir")) return chdir(arg) ? failed("chdir") : cat(argv[3]);
    if (!strcmp(what, "now")) return now();
    if (!strcmp(what, "fill")) return fill(number);
    if (!strcmp(what, "recurse")) return recurse(0);
    if (!strcmp(what, "take")) return take(number);
    if (!strcmp(what, "sort")) return sort_forever();
    if (!strcmp(what, "scan")) return scan_forever();
    if (!strcmp(what, "spin")) for (;;) sink++;
    if (!strcmp(what, "blocked")) blocked();
    if (!strcmp(what, "sleep")) sleep(1000);
    if (!strcmp(what, "leak")) return leak();
    if (!strcmp(what, "overflow")) return overflow();
    if (!strcmp(what, "yes")) for (;;) puts("y");
    if (!strcmp(what, "raise")) raise((int)number);
    if (!strcmp(what, "abort")) abort();
    if (!strcmp(what, "exit")) exit((int)number);
    return 0;
}
