// mmap of anonymous memory and files, munmap in parts, what cannot be mapped, poll and select on pipes, sleeping.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

int main(void) {
    char *p = mmap(NULL, 100000, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    printf("%d %d\n", p != MAP_FAILED, (int)((unsigned long)p % 4096));
    for (int i = 0; i < 100000; i += 5000)
        p[i] += i / 5000 + 1;
    int sum = 0;
    for (int i = 0; i < 100000; i++)
        sum += p[i];
    printf("%d\n", sum);
    printf("%d\n", munmap(p, 4096));
    printf("%d\n", p[5000]);
    printf("%d\n", munmap(p + 4096, 100000 - 4096));
    printf("%d %d\n", mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED, errno == EINVAL);
    char name[] = "/tmp/svm-map-XXXXXX";
    int fd = mkstemp(name);
    for (int i = 0; i < 1000; i++)
        if (write(fd, "0123456789", 10) != 10)
            return 1;
    close(fd);
    fd = open(name, O_RDONLY);
    p = mmap(NULL, 10000, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    printf("%d %.12s %c\n", p != MAP_FAILED, p, p[9999]);
    printf("%d\n", munmap(p, 10000));
    unlink(name);
    int fds[2];
    if (pipe(fds))
        return 1;
    struct pollfd polls[2] = {{fds[0], POLLIN, 0}, {fds[1], POLLOUT, 0}};
    printf("%d %d %d\n", poll(polls, 2, 0), polls[0].revents, polls[1].revents);
    if (write(fds[1], "x", 1) != 1)
        return 1;
    printf("%d %d\n", poll(polls, 2, -1), polls[0].revents);
    fd_set set;
    FD_ZERO(&set);
    FD_SET(fds[0], &set);
    struct timeval tv = {0, 1000};
    printf("%d %d\n", select(fds[0] + 1, &set, NULL, NULL, &tv), FD_ISSET(fds[0], &set) != 0);
    char c;
    printf("%zd\n", read(fds[0], &c, 1));
    printf("%d %d\n", select(fds[0] + 1, &set, NULL, NULL, &tv), FD_ISSET(fds[0], &set) != 0);
    close(fds[1]);
    printf("%d %d\n", poll(polls, 1, -1), polls[0].revents == POLLHUP);
    struct timespec ts = {0, 1000000};
    printf("%d\n", nanosleep(&ts, NULL));
    ts.tv_nsec = 1000000000;
    printf("%d %d\n", nanosleep(&ts, NULL), errno == EINVAL);
    struct utsname u;
    printf("%d %s\n", uname(&u), u.sysname);
    printf("%ld %d\n", sysconf(_SC_PAGESIZE), getpagesize());
    printf("%d\n", sysconf(_SC_NPROCESSORS_ONLN) >= 1);
    return 0;
}
