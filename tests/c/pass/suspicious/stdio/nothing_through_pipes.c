// Reads and writes of no bytes return at once, from an empty pipe and to a full one.
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int main(void) {
    int ends[2];
    char byte = 'x', page[4096] = {0};
    if (pipe(ends) != 0) return 1;
    printf("read %zd\n", read(ends[0], &byte, 0));
    fcntl(ends[1], F_SETFL, O_NONBLOCK);
    while (write(ends[1], page, sizeof page) > 0) {}
    fcntl(ends[1], F_SETFL, 0);
    printf("write %zd %c\n", write(ends[1], &byte, 0), byte);
    return 0;
}
