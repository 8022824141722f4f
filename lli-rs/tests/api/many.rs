//! Many instances: on many threads at once, and one after the other without anything left behind.

use svm_engine::{Instance, Module, Tier};

use crate::tools::module;

const SOURCE: &str = r#"
    #include <stdio.h>
    #include <stdlib.h>
    #include <string.h>
    static int compare(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }
    int main(int argc, char **argv) {
        unsigned seed = atoi(argv[1]);
        int *v = malloc(500 * sizeof *v);
        for (int i = 0; i < 500; i++) { seed = seed * 1103515245 + 12345; v[i] = seed >> 16; }
        qsort(v, 500, sizeof *v, compare);
        unsigned long sum = 0;
        for (int i = 0; i < 500; i++) sum = sum * 31 + v[i];
        printf("%d %d %lu\n", v[0], v[499], sum);
        free(v);
        return sum % 100;
    }
"#;

fn run(module: &Module, seed: u32) -> (i32, Vec<u8>) {
    let mut i = Instance::builder(module).capture_stdout().build().unwrap();
    let status = i.run_main(&["many".to_string(), seed.to_string()]).unwrap();
    (status, i.take_stdout())
}

#[test]
fn eight_threads_give_equal_results() {
    let shared = module(SOURCE);
    let expected: Vec<_> = (0..6).map(|seed| run(&shared, seed)).collect();
    assert!(expected.windows(2).all(|w| w[0] != w[1]), "runs differ by their seed");
    let own = module(SOURCE);
    std::thread::scope(|scope| {
        for thread in 0..8u32 {
            let (shared, own, expected) = (shared.clone(), own.clone(), &expected);
            scope.spawn(move || {
                // Half share a module whose bodies are read, half race to read one.
                let m = if thread % 2 == 0 { &shared } else { &own };
                for (seed, expected) in expected.iter().enumerate() {
                    assert_eq!(&run(m, seed as u32), expected);
                }
            });
        }
    });
}

#[test]
fn an_instance_moves_between_threads() {
    let m = module("int n; int next(void) { return ++n; }");
    let mut i = Instance::builder(&m).build().unwrap();
    for expected in 1..5 {
        i = std::thread::spawn(move || {
            assert_eq!(i.call::<_, i32>("next", ()).unwrap(), expected);
            i
        })
        .join()
        .unwrap();
    }
}

fn status_line(key: &str) -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = text.lines().find(|l| l.starts_with(key)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Makes, runs and drops so many instances; a tenth of them is the measure for the rest. `SVM_INSTANCES` asks for
/// another number and for this test to run alone: then nothing else may explain growth.
fn leave_nothing_behind(tier: Tier, count: u64) {
    let asked = std::env::var("SVM_INSTANCES").ok().and_then(|n| n.parse().ok());
    let count: u64 = asked.unwrap_or(count);
    let m = module(SOURCE);
    let mut marks = Vec::new();
    for n in 1..=count {
        let mut i = Instance::builder(&m).configure(|c| c.tier = tier).capture_stdout().build().unwrap();
        i.run_main(&["many".to_string(), (n % 7).to_string()]).unwrap();
        drop(i);
        if n == count / 10 || n == count {
            marks.push((status_line("VmRSS:"), status_line("VmSize:")));
        }
    }
    let [(rss, size), (rss_after, size_after)] = marks[..] else { unreachable!() };
    // Other tests in the same process have memory of their own.
    let others = if asked.is_some() { rss / 20 } else { 40_000 };
    assert!(rss_after <= rss + others, "{rss} kB, then {rss_after} kB resident");
    assert!(size_after < size + (1 << 30), "{size} kB, then {size_after} kB of address space");
}

#[test]
fn a_thousand_instances_leave_nothing_behind() {
    leave_nothing_behind(Tier::Interp, 1000);
}

#[test]
fn compiled_instances_leave_nothing_behind() {
    leave_nothing_behind(Tier::JitOnly, 60);
}
