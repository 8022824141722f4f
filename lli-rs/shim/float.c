/* Rust cannot pass a long double: these two do. The bytes are x86_fp80, ten of them. */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int svm_format_long_double(char *buf, size_t size, const char *format, int precision, const unsigned char *value) {
    long double v = 0;
    memcpy(&v, value, 10);
    return snprintf(buf, size, format, precision, v);
}

size_t svm_parse_long_double(const char *text, unsigned char *value) {
    char *end;
    long double v = strtold(text, &end);
    memcpy(value, &v, 10);
    return (size_t)(end - text);
}
