// The Mandelbrot set as bits: double arithmetic in a tight loop.
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
    int units = argc > 1 ? atoi(argv[1]) : 1, width = 400, height = units * 75;
    unsigned long checksum = 0;
    for (int y = 0; y < height; y++) {
        double ci = 2.0 * (y % 400) / 400 - 1.0;
        for (int x = 0; x < width; x++) {
            double cr = 3.0 * x / width - 2.0, zr = 0, zi = 0, rr = 0, ii = 0;
            int n = 0;
            while (n < 250 && rr + ii <= 4) {
                zi = 2 * zr * zi + ci, zr = rr - ii + cr;
                rr = zr * zr, ii = zi * zi;
                n++;
            }
            checksum = checksum * 31 + (unsigned)n;
        }
    }
    printf("%lx\n", checksum & 0xffffffff);
    return 0;
}
