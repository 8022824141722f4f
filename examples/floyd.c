// Floyd's triangle: the numbers from 1 on, one more in each row. Run it natively, as bitcode, or as WebAssembly:
//
//   clang-22 --target=wasm32-wasi --sysroot=/usr -O2 -o floyd.wasm floyd.c
//   svm-lli floyd.wasm 5
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
    int rows = argc > 1 ? atoi(argv[1]) : 10;
    int next = 1;
    for (int row = 1; row <= rows; row++) {
        for (int column = 1; column <= row; column++) {
            printf(column < row ? "%d " : "%d\n", next++);
        }
    }
    return 0;
}
