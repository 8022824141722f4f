// %hhd and %hd take ints, %c any int: values that do not fit are narrowed, none is misread.
#include <stdio.h>

int main(void) {
    printf("%hhd %hhu %hd %hu %c\n", 300, -1, 70000, -1, 'a' + 256);
    printf("%d %u %x\n", (char)200, (unsigned char)200, (unsigned short)-1);
    return 0;
}
