// strtol's end pointer at the last byte, at the start and before a sign without digits; null ends too.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    const char *in[] = {"123", "12x", "x", "+", "", "0x", "99999999999999999999"};
    for (int i = 0; i < 7; i++) {
        char *end;
        errno = 0;
        long v = strtol(in[i], &end, 0);
        printf("%ld %td %d %d\n", v, end - in[i], errno == ERANGE, *end);
    }
    printf("%ld %g\n", strtol("77", NULL, 8), strtod("1e3", NULL));
    return 0;
}
