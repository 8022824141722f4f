// Builtins that ask the machine: rounding mode, counters, thread pointer; and atomics that need libatomic.
#include <fenv.h>
#include <stdio.h>
#include <string.h>

struct wide {
    char text[24];
};

static double quotient(volatile double a, volatile double b) {
    return a / b;
}

int main(void) {
    printf("%d\n", __builtin_thread_pointer() != NULL && __builtin_thread_pointer() == __builtin_thread_pointer());
    printf("%d\n", __builtin_readsteadycounter() == 0);
    for (int mode = 0; mode < 4; mode++) {
        __builtin_set_flt_rounds(mode);
        printf("%d %d %a %a %La\n", __builtin_flt_rounds(), fegetround(), quotient(1, 3), quotient(-1, 3), 1.0L / (volatile int){3});
    }
    fesetround(FE_DOWNWARD);
    printf("%d\n", __builtin_flt_rounds());
    fesetround(FE_TONEAREST);
    printf("%d\n", __builtin_flt_rounds());

    struct wide object = {"first"}, other = {"second"}, third = {"third"}, seen;
    __atomic_load(&object, &seen, __ATOMIC_SEQ_CST);
    puts(seen.text);
    __atomic_exchange(&object, &other, &seen, __ATOMIC_SEQ_CST);
    printf("%s %s\n", seen.text, object.text);
    printf("%d %s\n", __atomic_compare_exchange(&object, &seen, &third, 0, 5, 5), seen.text);
    printf("%d %s\n", __atomic_compare_exchange(&object, &seen, &third, 0, 5, 5), object.text);
    __atomic_store(&object, &other, __ATOMIC_RELEASE);
    puts(object.text);
    printf("%d %d\n", __atomic_is_lock_free(8, 0), __atomic_is_lock_free(sizeof object, &object));
    return 0;
}
