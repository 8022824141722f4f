//! What the common operations cost, in nanoseconds: `cargo run --release -p svm-memory --example speed`.

use std::hint::black_box;
use std::time::Instant;
use svm_memory::{Config, Memory, ObjectKind, SiteId, View};

/// Prints the best of ten runs: other work on the machine only ever adds.
fn measure(name: &str, rounds: u64, mut run: impl FnMut()) {
    let mut best = f64::MAX;
    for _ in 0..10 {
        let start = Instant::now();
        run();
        best = best.min(start.elapsed().as_nanos() as f64 / rounds as f64);
    }
    println!("{name:32} {best:6.1} ns");
}

/// One checked load, for a look at its assembly.
#[inline(never)]
pub fn checked_load(view: &View, ptr: u64, root: u64) -> Option<u32> {
    view.load::<u32>(ptr, root)
}

fn main() {
    const N: u64 = 500_000;
    let memory = Memory::new(&Config::default()).expect("a window");
    let (site, heap) = (SiteId(1), ObjectKind::Heap);
    for size in [16, 48, 200, 1000] {
        measure(&format!("malloc + free of {size}"), N, || {
            for _ in 0..N {
                let p = memory.alloc(black_box(size), 16, heap, site).expect("memory");
                memory.free(black_box(p), site).expect("live");
            }
        });
    }
    let mut stack = memory.stack();
    for size in [4, 16, 100] {
        measure(&format!("stack alloc + release of {size}"), N, || {
            for _ in 0..N {
                let mark = stack.mark();
                black_box(stack.alloc(&memory, black_box(size), 8, site).expect("memory"));
                stack.release_to(&memory, mark, site);
            }
        });
    }
    let p = memory.alloc(4000, 16, heap, site).expect("memory");
    let view = memory.view();
    measure("checked load", N, || {
        for n in 0..N {
            let at = black_box(p.bits()) + (n & 511) * 4;
            black_box(checked_load(&view, at, p.bits()));
        }
    });
    let f = memory.alloc_function(7);
    measure("function_index", N, || {
        for _ in 0..N {
            black_box(memory.function_index(black_box(f)));
        }
    });
}
