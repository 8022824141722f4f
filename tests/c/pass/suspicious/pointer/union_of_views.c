// One object is written and read as bytes, shorts, words and floats through a union.
#include <stdio.h>

union view { unsigned char b[16]; unsigned short h[8]; unsigned w[4]; float f[4]; unsigned long l[2]; };

int main(void) {
    union view v = {{0}};
    v.f[3] = 1.5f;
    v.h[1] = 0xBEEF;
    v.b[15] ^= 0x80;
    printf("%x %x %g %lx\n", v.w[0], v.b[3], v.f[3], v.l[1]);
    return 0;
}
