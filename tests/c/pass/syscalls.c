// System calls by number, as allocators and runtimes make them.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int main(void) {
    char b[64] = "";
    printf("%ld\n", syscall(SYS_getrandom, b, sizeof b, 0));
    printf("%d %d\n", syscall(SYS_getpid) == getpid(), syscall(SYS_gettid) == gettid());
    fflush(stdout);
    printf(" %ld\n", syscall(SYS_write, 1, "written\n", 8));
    int fd = syscall(SYS_openat, AT_FDCWD, "syscalls.txt", O_RDWR | O_CREAT | O_TRUNC, 0600);
    printf("%d %ld\n", fd >= 0, syscall(SYS_write, fd, "some text", 9L));
    printf("%ld", syscall(SYS_lseek, fd, 5L, SEEK_SET));
    memset(b, 0, sizeof b);
    printf(" %ld %s", syscall(SYS_read, fd, b, sizeof b), b);
    memset(b, 0, sizeof b);
    printf(" %ld %s\n", syscall(SYS_pread64, fd, b, 4, 0L), b);
    struct stat st;
    printf("%ld %o %ld\n", syscall(SYS_fstat, fd, &st), st.st_mode, (long)st.st_size);
    printf("%ld %d\n", syscall(SYS_fcntl, fd, F_GETFL) & O_ACCMODE, O_RDWR);
    char *map = (char *)syscall(SYS_mmap, NULL, 4096UL, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0L);
    strcpy(map, "mapped");
    printf("%s", map);
    printf(" %ld\n", syscall(SYS_munmap, map, 4096UL));
    printf("%ld", syscall(SYS_close, fd));
    errno = 0;
    printf(" %ld %d\n", syscall(SYS_close, fd), errno == EBADF);
    struct timespec t;
    printf("%ld %d\n", syscall(SYS_clock_gettime, CLOCK_REALTIME, &t), t.tv_sec > 1600000000);
    char name[16] = "";
    printf("%d", prctl(PR_SET_NAME, "a name that is too long", 0, 0, 0));
    printf(" %d", prctl(PR_GET_NAME, name, 0, 0, 0));
    printf(" %s %d\n", name, prctl(12345, 0, 0, 0, 0));
    printf("%ld %d\n", syscall(SYS_unlink, "syscalls.txt"), access("syscalls.txt", F_OK));
    return 0;
}
