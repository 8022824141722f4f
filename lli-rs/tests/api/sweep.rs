//! The sweep sees registers: a stale pointer that only a register holds keeps its slot from being used again.

use svm_engine::{Config, Instance};

use crate::tools::module_at;

// `held` stays in a register through all of the loop. `hidden` is masked, so that nothing holds the pointers
// themselves, but for one or another that a register still has from before.
const SOURCE: &str = r#"
    #include <stdlib.h>
    static volatile unsigned long mask = 0x5a5a5a5a5a5a5a5aul;
    __attribute__((noinline)) static int churn(int n, unsigned long wanted) {
        int met = 0;
        for (int i = 0; i < n; i++) {
            void *volatile q = malloc(2000);
            met += (unsigned long)q == wanted;
            free(q);
        }
        return met;
    }
    int with_register(int n) {
        char *held = malloc(2000);
        free(held);
        int met = 0;
        for (int i = 0; i < n; i++) {
            char *volatile q = malloc(2000);
            met += q == held;
            free(q);
        }
        return met;
    }
    int in_callers_register(int n) {
        char *held = malloc(2000);
        free(held);
        int met = churn(n, (unsigned long)held);
        volatile char *sink = held;
        return met + (sink == 0);
    }
    static unsigned long hidden[64];
    __attribute__((noinline)) static void hide(unsigned long *to) {
        char *p = malloc(2000);
        *to = (unsigned long)p ^ mask;
        free(p);
    }
    int masked(int n) {
        int met = 0;
        for (int i = 0; i < 64; i++) hide(&hidden[i]);
        for (int i = 0; i < n; i++) {
            void *q = malloc(2000);
            for (int j = 0; j < 64; j++) met += ((unsigned long)q ^ mask) == hidden[j];
            free(q);
        }
        return met;
    }
    int read_stale(int n) {
        volatile char *held = malloc(2000);
        free((void *)held);
        churn(n, mask);
        return held[3];
    }
    __attribute__((noinline)) static int locals(int depth, char *held) {
        char *volatile q[8];
        int met = 0;
        for (int i = 0; i < 8; i++) { q[i] = malloc(2000); met += q[i] == held; }
        if (depth) met += locals(depth - 1, held);
        for (int i = 0; i < 8; i++) free(q[i]);
        return met;
    }
    int nested(int n) {
        char *held = malloc(2000);
        free(held);
        int met = 0;
        for (int i = 0; i < n; i++) met += locals(5, held);
        return met;
    }
"#;

#[test]
fn registers_are_roots() {
    let config =
        Config { window: Some(svm_engine::MemoryConfig::tiny()), alloc_frames: 0, ..Config::default() };
    for level in ["-O0", "-O2"] {
        let m = module_at(level, SOURCE);
        let run = |name: &str, n: i32| {
            let mut i = Instance::new(&m, config.clone()).unwrap();
            let result = i.call::<_, i32>(name, (n,));
            (result, i.memory().stats().sweeps)
        };
        let (met, sweeps) = run("masked", 20_000);
        assert!(
            met.unwrap() > 0,
            "the window is small enough for its slots to be used again ({sweeps} sweeps)"
        );
        assert!(sweeps > 2);
        for name in ["with_register", "in_callers_register"] {
            let (met, sweeps) = run(name, 20_000);
            assert_eq!(met.unwrap(), 0, "{name} at {level}");
            assert!(sweeps > 2, "{sweeps} sweeps");
        }
        let (met, sweeps) = run("nested", 500);
        assert_eq!(met.unwrap(), 0, "nested at {level}");
        assert!(sweeps > 2, "{sweeps} sweeps");
        let (stale, sweeps) = run("read_stale", 20_000);
        assert_eq!(stale.unwrap_err().kind(), "use-after-free");
        assert!(sweeps > 2, "{sweeps} sweeps");
    }
}
