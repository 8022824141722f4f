// What a WASI program can do with the folder that it was granted, and that nothing leads out of it. `out` and `up` are
// symbolic links to /etc/passwd and to the folder above, made by the host.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void tell(const char *what, long result) {
    if (result < 0) {
        printf("%s: %s\n", what, errno == ENOTCAPABLE ? "not capable" : strerror(errno));
    } else {
        printf("%s: ok\n", what);
    }
}

static int by_name(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void list(const char *path) {
    char *names[16];
    int count = 0;
    DIR *dir = opendir(path);
    for (struct dirent *e; dir && (e = readdir(dir));) {
        if (e->d_name[0] != '.' && count < 16) names[count++] = strdup(e->d_name);
    }
    if (dir) closedir(dir);
    qsort(names, count, sizeof *names, by_name);
    printf("%s:", path);
    for (int i = 0; i < count; i++) printf(" %s", names[i]);
    printf("\n");
}

static void inside(void) {
    char text[32] = {0};
    struct stat s;
    int fd = open("a.txt", O_CREAT | O_EXCL | O_RDWR, 0644);
    tell("create", fd);
    tell("create again", open("a.txt", O_CREAT | O_EXCL | O_RDWR, 0644));
    printf("write %d\n", (int)write(fd, "hello, files", 12));
    printf("seek %d\n", (int)lseek(fd, 7, SEEK_SET));
    printf("read %d", (int)read(fd, text, sizeof text));
    printf(" %s\n", text);
    printf("pwrite %d\n", (int)pwrite(fd, "J", 1, 0));
    tell("truncate", ftruncate(fd, 5));
    tell("sync", fsync(fd));
    printf("fstat %d %d\n", fstat(fd, &s), (int)s.st_size);
    memset(text, 0, sizeof text);
    printf("pread %d", (int)pread(fd, text, sizeof text, 0));
    printf(" %s\n", text);
    tell("close", close(fd));
    tell("read closed", read(fd, text, 1));
    tell("mkdir", mkdir("d", 0755));
    tell("mkdir again", mkdir("d", 0755));
    tell("rename", rename("a.txt", "d/b.txt"));
    tell("link", link("d/b.txt", "c.txt"));
    tell("symlink", symlink("d/b.txt", "s"));
    memset(text, 0, sizeof text);
    printf("readlink %d", (int)readlink("s", text, sizeof text));
    printf(" %s\n", text);
    printf("stat %d %d\n", stat("s", &s), (int)s.st_size);
    list(".");
    tell("rmdir full", rmdir("d"));
    tell("unlink", unlink("d/b.txt"));
    tell("dangling", stat("s", &s));
    tell("rmdir", rmdir("d"));
    tell("unlink folder", unlink("missing"));
    tell("inside with ..", open("x/../c.txt", O_RDONLY));
    tell("mkdir x", mkdir("x", 0755));
    tell("inside with ..", open("x/../c.txt", O_RDONLY));
}

static void escapes(void) {
    struct stat s;
    char text[8];
    tell("open ..", open("../secret", O_RDONLY));
    tell("open deep ..", open("x/../../secret", O_RDONLY));
    tell("open absolute", open("/etc/passwd", O_RDONLY));
    tell("open link", open("out", O_RDONLY));
    tell("open through link", open("up/secret", O_RDONLY));
    tell("create through link", open("up/made", O_CREAT | O_WRONLY, 0644));
    tell("stat ..", stat("../secret", &s));
    tell("stat through link", stat("up/secret", &s));
    tell("mkdir ..", mkdir("../made", 0755));
    tell("mkdir through link", mkdir("up/made", 0755));
    tell("rename out", rename("c.txt", "../stolen"));
    tell("rename in", rename("up/secret", "secret"));
    tell("link in", link("../secret", "secret"));
    tell("unlink ..", unlink("../secret"));
    tell("unlink through link", unlink("up/secret"));
    tell("rmdir ..", rmdir("../folder"));
    tell("symlink absolute", symlink("/etc", "etc"));
    tell("readlink ..", readlink("../link", text, sizeof text));
    printf("opendir .. %d\n", opendir("..") != NULL);
    printf("opendir up %d\n", opendir("up") != NULL);
}

int main(int argc, char **argv) {
    if (argc > 1) {
        tell("write", write(open("c.txt", O_WRONLY), "x", 1));
        tell("create", open("new", O_CREAT | O_WRONLY, 0644));
        tell("unlink", unlink("c.txt"));
        tell("mkdir", mkdir("new", 0755));
        tell("read", open("c.txt", O_RDONLY));
        return 0;
    }
    inside();
    escapes();
    return 0;
}
