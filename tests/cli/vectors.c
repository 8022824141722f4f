// Loops over arrays, a function each. Compiled code versions them: what is known to be in bounds runs without
// checks, and in vectors. Where the body may end an object it must not.

void plain(int *c, const int *a, const int *b, long n) {
    for (long i = 0; i < n; i++) c[i] = a[i] + b[i];
}

void triad(double *c, const double *a, const double *b, double k, long n) {
    for (long i = 0; i < n; i++) c[i] = a[i] + b[i] * k;
}

void stride_two(int *c, const int *a, long n) {
    for (long i = 0; i + 1 < n; i += 2) {
        c[i] = a[i] + 1;
        c[i + 1] = a[i + 1] * 3;
    }
}

void downwards(int *c, const int *a, long n) {
    for (long i = n - 1; i >= 0; i--) c[i] = a[i] + 1;
}

void int_index(int *c, const int *a, int n) {
    for (int i = 0; i < n; i++) c[i] = a[i] + 1;
}

void byte_index(int *c, const int *a, unsigned char n) {
    for (unsigned char i = 0; i < n; i++) c[i] = a[i] + 1;
}

void two_limits(int *c, const int *a, long n, long m) {
    for (long i = 0; i < n && i < m; i++) c[i] = a[i] + 1;
}

void walking(int *c, const int *a, const int *end) {
    while (a < end) *c++ = *a++ + 1;
}

long sum(const int *a, long n) {
    int s = 0;
    for (long i = 0; i < n; i++) s += a[i];
    return s;
}

void (*release)(void *);

void may_free(int *c, const int *a, long n, long at) {
    for (long i = 0; i < n; i++) {
        c[i] = a[i] + 1;
        if (i == at) release(c);
    }
}

int main(void) { return 0; }
