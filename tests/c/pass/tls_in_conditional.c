// Thread-local variables: their addresses are kept and used, the last element too.
#include <stdio.h>

static _Thread_local int counters[4] = {1, 2, 3, 4};
static _Thread_local struct { char tag[3]; long value; } state = {"ab", 7};
static __attribute__((noinline)) int *counter(int i) { return &counters[i]; }

int main(void) {
    int *last = counter(3), *p = counter(0);
    for (int i = 0; i < 10; i++) *last += *p++ % 5, p = p > last ? counters : p;
    state.tag[1] = 'z';
    state.value += *last;
    printf("%d %s %ld\n", *last, state.tag, state.value);
    return 0;
}
