// Descriptors, paths and directories: open flags, lseek, pread, dup, pipes, stat, links, renames, listing, temporary files.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static int by_name(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void list(const char *path) {
    char *names[32];
    int n = 0;
    DIR *d = opendir(path);
    if (!d) {
        printf("opendir: %s\n", strerror(errno));
        return;
    }
    struct dirent *e;
    while ((e = readdir(d)) && n < 32)
        names[n++] = strdup(e->d_name);
    closedir(d);
    qsort(names, n, sizeof *names, by_name);
    for (int i = 0; i < n; i++) {
        printf("%s ", names[i]);
        free(names[i]);
    }
    printf("\n");
}

int main(void) {
    char dir[] = "/tmp/svm-files-XXXXXX", cwd[4096], buf[64];
    struct stat st;
    umask(022);
    printf("%d\n", mkdtemp(dir) == dir);
    printf("%d\n", chdir(dir));
    printf("%d\n", getcwd(cwd, sizeof cwd) && strcmp(strrchr(cwd, '/'), strrchr(dir, '/')) == 0);
    int fd = open("a", O_RDWR | O_CREAT | O_EXCL, 0644);
    printf("%d %zd\n", fd, write(fd, "hello, world", 12));
    printf("%d %s\n", open("a", O_RDWR | O_CREAT | O_EXCL, 0644), strerror(errno));
    printf("%ld %zd %.5s\n", (long)lseek(fd, 7, SEEK_SET), read(fd, buf, 5), buf);
    printf("%zd %.5s %zd\n", pread(fd, buf, 5, 0), buf, pwrite(fd, "J", 1, 0));
    printf("%ld %ld\n", (long)lseek(fd, -2, SEEK_END), (long)lseek(fd, 0, SEEK_CUR));
    printf("%ld %s\n", (long)lseek(fd, -1, SEEK_SET), strerror(errno));
    printf("%d %ld %o\n", fstat(fd, &st), (long)st.st_size, st.st_mode);
    int two = dup(fd);
    printf("%d %ld\n", two, (long)lseek(two, 0, SEEK_CUR));
    printf("%d %d %d\n", fcntl(fd, F_GETFD), fcntl(fd, F_SETFD, FD_CLOEXEC), fcntl(fd, F_GETFD));
    int high = fcntl(fd, F_DUPFD, 500);
    printf("%d %d\n", high, fcntl(fd, F_GETFL) & O_ACCMODE);
    printf("%d %d %d\n", close(high), close(high), errno == EBADF);
    printf("%d %d\n", ftruncate(fd, 5), fstat(fd, &st));
    printf("%ld\n", (long)st.st_size);
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 10};
    printf("%d\n", fcntl(fd, F_SETLK, &lock));
    printf("%d %d\n", fcntl(fd, F_GETLK, &lock), lock.l_type == F_UNLCK);
    printf("%d %d %d\n", fsync(fd), close(two), close(fd));
    printf("%zd %d\n", read(fd, buf, 1), errno == EBADF);
    printf("%d %d\n", access("a", R_OK | W_OK), access("b", F_OK));
    printf("%d %d %d\n", link("a", "b"), symlink("a", "c"), stat("b", &st));
    printf("%ld\n", (long)st.st_nlink);
    printf("%d %d\n", lstat("c", &st), S_ISLNK(st.st_mode));
    printf("%zd %c\n", readlink("c", buf, sizeof buf), buf[0]);
    printf("%d %d\n", mkdir("sub", 0755), mkdir("sub", 0755));
    printf("%d %d\n", rename("b", "sub/b"), rename("nothing", "x"));
    list(".");
    list("sub");
    list("nothing");
    printf("%d %d %d\n", rmdir("sub"), errno == ENOTEMPTY, unlink("sub"));
    printf("%d %d\n", chmod("a", 0600), stat("a", &st));
    printf("%o\n", st.st_mode);
    int at = open("sub", O_RDONLY | O_DIRECTORY);
    printf("%d %d\n", faccessat(at, "b", F_OK, 0), fstatat(at, "b", &st, 0));
    printf("%d\n", unlinkat(at, "b", 0));
    close(at);
    int p[2];
    printf("%d\n", pipe(p));
    struct iovec v[2] = {{"abc", 3}, {"defg", 4}};
    printf("%zd\n", writev(p[1], v, 2));
    char x[3], y[8];
    struct iovec w[2] = {{x, 3}, {y, 8}};
    ssize_t got = readv(p[0], w, 1);
    got += read(p[0], y, sizeof y);
    printf("%zd %.3s %.4s\n", got, x, y);
    close(p[1]);
    printf("%zd\n", read(p[0], y, sizeof y));
    printf("%d %s\n", lseek(p[0], 0, SEEK_CUR) == -1, strerror(errno));
    close(p[0]);
    char *real = realpath("c", NULL);
    printf("%d\n", real && strcmp(strrchr(real, '/'), "/a") == 0);
    free(real);
    char name[] = "tempXXXXXX";
    fd = mkstemp(name);
    printf("%d %d\n", fd >= 0, strcmp(name, "tempXXXXXX") != 0);
    close(fd);
    printf("%d %d %d %d\n", remove(name), unlink("a"), unlink("c"), remove("sub"));
    printf("%d %d\n", chdir("/"), rmdir(dir));
    printf("%d %d\n", isatty(0), errno == ENOTTY || errno == EINVAL);
    return 0;
}
