// A program that limits its recursion by the address of its frames, as script engines do.
#include <stdint.h>
#include <stdio.h>

static uintptr_t top, limit;

static __attribute__((noinline)) int too_deep(void) { return (uintptr_t)__builtin_frame_address(0) < limit; }

static __attribute__((noinline)) int down(int n, volatile int *sum) {
    if (too_deep()) return -1;
    if (n == 0) return 0;
    int r = down(n - 1, sum);
    *sum += r;
    return r < 0 ? r : r + 1;
}

static __attribute__((noinline)) int grows_down(uintptr_t outer) { return (uintptr_t)__builtin_frame_address(0) < outer; }

int main(void) {
    volatile int sum = 0;
    top = (uintptr_t)__builtin_frame_address(0);
    limit = top - 64 * 1024;
    printf("%d\n", grows_down(top));
    printf("%d\n", down(10, &sum));
    printf("%d\n", down(1000000, &sum));
    printf("%d\n", down(10, &sum));
    return 0;
}
