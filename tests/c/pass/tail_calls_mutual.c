// Two functions that call each other in tail position, a million times: the stack must not grow, whichever of them is
// compiled by then.
#include <stdio.h>
#include <stdlib.h>
typedef long (*F)(long);
long even(long); long odd(long);
volatile F fe = even, fo = odd;
__attribute__((noinline)) long even(long n) { if (n == 0) return 44; __attribute__((musttail)) return fo(n - 1); }
__attribute__((noinline)) long odd(long n) { if (n == 0) return 99; __attribute__((musttail)) return fe(n - 1); }
int main(int c, char **v) { long s = 0; for (int i = 0; i < 4; i++) s += fe(1000000 + i); printf("%ld\n", s); return 0; }
