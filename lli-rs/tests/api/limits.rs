//! Fuel, time, interrupts, memory, stack.

use std::time::{Duration, Instant};

use svm_engine::{Instance, Limit};

use crate::tools::{module, module_at};

const SOURCE: &str = r#"
    #include <stdlib.h>
    volatile unsigned long counter;
    void forever(void) { for (;;) counter++; }
    unsigned long count(unsigned long n) { for (unsigned long i = 0; i < n; i++) counter++; return counter; }
    int alloc_until_null(int bytes) { int n = 0; void *volatile p; while ((p = malloc(bytes))) n++; return n; }
    __attribute__((noinline)) int recurse(int n) { volatile int x = n; return counter == 1 ? x : recurse(n + 1) + x; }
    int big_frame(unsigned long n) { volatile char *p = __builtin_alloca(n); p[0] = 1; p[n - 1] = 2; return p[0]; }
"#;

#[test]
fn fuel_counts_the_same_every_time_and_can_be_refilled() {
    for level in ["-O0", "-O2"] {
        let m = module_at(level, SOURCE);
        let used: Vec<u64> = (0..3)
            .map(|_| {
                let mut i = Instance::builder(&m).fuel(1_000_000).build().unwrap();
                i.call::<_, u64>("count", (1000u64,)).unwrap();
                1_000_000 - i.fuel().unwrap()
            })
            .collect();
        assert_eq!(used[0], used[1]);
        assert_eq!(used[0], used[2]);
        assert!((2000..100_000).contains(&used[0]), "{used:?}");
        // To the instruction: exactly what it takes is enough, one less is not.
        let mut i = Instance::builder(&m).fuel(used[0]).build().unwrap();
        i.call::<_, u64>("count", (1000u64,)).unwrap();
        assert_eq!(i.fuel(), Some(0));
        let mut i = Instance::builder(&m).fuel(used[0] - 1).build().unwrap();
        let fault = i.call::<_, u64>("count", (1000u64,)).unwrap_err();
        assert_eq!((fault.kind(), fault.limit()), ("fuel-exhausted", Some(Limit::Fuel)));
        i.set_fuel(used[0]);
        i.call::<_, u64>("count", (1000u64,)).unwrap();
    }
}

#[test]
fn a_timeout_stops_one_call() {
    let m = module(SOURCE);
    let mut i = Instance::builder(&m).timeout(Duration::from_millis(50)).build().unwrap();
    let begin = Instant::now();
    assert_eq!(i.call::<_, ()>("forever", ()).unwrap_err().kind(), "timeout");
    assert!(begin.elapsed() < Duration::from_secs(5));
    i.call::<_, u64>("count", (10u64,)).unwrap();
}

#[test]
fn an_interrupt_from_another_thread_stops_one_call() {
    let m = module(SOURCE);
    let mut i = Instance::builder(&m).build().unwrap();
    let handle = i.interrupt_handle();
    let other = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(30));
        handle.interrupt();
    });
    assert_eq!(i.call::<_, ()>("forever", ()).unwrap_err().kind(), "interrupted");
    other.join().unwrap();
    i.call::<_, u64>("count", (10u64,)).unwrap();
}

#[test]
fn memory_and_stack_have_limits() {
    let m = module(SOURCE);
    let mut i = Instance::builder(&m).max_memory(4 << 20).build().unwrap();
    let n: i32 = i.call("alloc_until_null", (10_000,)).unwrap();
    assert!((100..420).contains(&n), "{n} times 10,000 bytes in 4 MiB");

    let mut i = Instance::builder(&m).configure(|c| c.max_stack = 1 << 20).build().unwrap();
    assert_eq!(i.call::<_, i32>("recurse", (0,)).unwrap_err().kind(), "stack-exhausted");
    assert_eq!(i.call::<_, i32>("big_frame", (2u64 << 20,)).unwrap_err().kind(), "stack-exhausted");
    assert_eq!(i.call::<_, i32>("big_frame", (1u64 << 60,)).unwrap_err().kind(), "stack-exhausted");
    assert_eq!(i.call::<_, i32>("big_frame", (1000u64,)).unwrap(), 1);
}
