//! What the parts of running a program cost, in the interpreter and compiled: a checked access, a call, an
//! allocation, and compiling a kilobyte of bitcode. `make bench` runs it; whole programs are `tests/src/bin/bench`.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Duration;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use svm_engine::machine::{Config, Tier};
use svm_engine::{Engine, Instance};

/// Accesses, calls or allocations of one measured run.
const TIMES: u64 = 10_000;

const PARTS: &str = r#"
#include <stdlib.h>
// Each address depends on what was read before: no check can be taken out of the loop.
static unsigned ring[4096];
long check(long n) {
    if (!ring[1]) for (unsigned i = 0; i < 4096; i++) ring[i] = (i * 1237 + 1) % 4096;
    unsigned at = 0;
    for (long i = 0; i < n; i++) at = ring[at];
    return at;
}
// Through a pointer: such a call is not inlined.
static long next(long x) { return x * 3 + 1; }
static long (*volatile step)(long) = next;
long call(long n) {
    long (*f)(long) = step, x = 1;
    for (long i = 0; i < n; i++) x = f(x);
    return x;
}
long allocation(long n) {
    long sum = 0;
    for (long i = 0; i < n; i++) {
        char *volatile p = malloc(16 + i % 64);
        sum += p != 0;
        free(p);
    }
    return sum;
}
"#;

/// A program of many functions, all of which `all` calls.
fn many_functions() -> String {
    let mut text = String::from("static int table[64];\n");
    for n in 0..100 {
        text += &format!(
            "int f{n}(int *a, int n) {{ int s = {n}; for (int i = 0; i < n; i++) {{ \
             if (a[i] > s) a[i] -= s; else s += a[i] * {n}; switch (s & 7) {{ case 0: s++; break; \
             case 3: a[i]++; break; case 5: s ^= i; }} }} return s; }}\n"
        );
    }
    text += "long all(void) { long s = 0;\n";
    (0..100).for_each(|n| text += &format!("s += f{n}(table, 64);\n"));
    text + "return s; }\n"
}

fn bitcode(source: &str) -> Vec<u8> {
    let mut child = Command::new("clang-22")
        .args(["-x", "c", "-", "-c", "-O2", "-emit-llvm", "-o", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("clang-22");
    child.stdin.take().expect("a pipe").write_all(source.as_bytes()).expect("clang reads");
    let output = child.wait_with_output().expect("clang ends");
    assert!(output.status.success());
    output.stdout
}

fn instance(bitcode: &[u8], tier: Tier) -> Instance {
    let module = Engine::new().load_bytes("parts", bitcode).expect("a module");
    Instance::new(&module, Config { tier, ..Config::default() }).expect("an instance")
}

fn parts(c: &mut Criterion) {
    let code = bitcode(PARTS);
    for part in ["check", "call", "allocation"] {
        let mut group = c.benchmark_group(part);
        group.throughput(Throughput::Elements(TIMES)).measurement_time(Duration::from_secs(2));
        for (name, tier) in [("interp", Tier::Interp), ("jit", Tier::JitOnly)] {
            let mut instance = instance(&code, tier);
            group.bench_function(name, |b| {
                b.iter(|| instance.call::<_, i64>(part, (TIMES as i64,)).expect("a result"));
            });
        }
    }
}

fn compiling(c: &mut Criterion) {
    let code = bitcode(&many_functions());
    let mut group = c.benchmark_group("first run of 100 functions");
    group.throughput(Throughput::Bytes(code.len() as u64)).sample_size(10);
    for (name, tier) in [("interp", Tier::Interp), ("jit", Tier::JitOnly)] {
        let run = |mut instance: Instance| instance.call::<_, i64>("all", ()).expect("a result");
        group
            .bench_function(name, |b| b.iter_batched(|| instance(&code, tier), run, BatchSize::PerIteration));
    }
}

criterion_group!(benches, parts, compiling);
criterion_main!(benches);
