//! Random WebAssembly modules against wasmi, on a tier; and damaged ones, which must be refused or verify.
//!
//! usage: fuzz-wasm [--tier=interp|jit|auto|osr] [--damaged] COUNT [FIRST-SEED]

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;
use svm_tests::{smith, wast};

fn main() {
    let (flags, numbers): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|arg| arg.starts_with("--"));
    let tier = flags.iter().find_map(|f| f.strip_prefix("--tier=")).unwrap_or("interp");
    let damaged = flags.iter().any(|f| f == "--damaged");
    let number = |i: usize, otherwise| numbers.get(i).map_or(Ok(otherwise), |n| n.parse::<u64>());
    let (config, count, first) = match (wast::config(tier), number(0, 1000), number(1, 0)) {
        (Ok(config), Ok(count), Ok(first)) => (config, count, first),
        _ => {
            eprintln!("usage: fuzz-wasm [--tier=interp|jit|auto|osr] [--damaged] COUNT [FIRST-SEED]");
            std::process::exit(2);
        }
    };
    let (ran, failed) = (AtomicUsize::new(0), AtomicUsize::new(0));
    (first..first + count).into_par_iter().for_each(|seed| {
        let one =
            || if damaged { smith::damaged(seed).map(|()| true) } else { smith::differs(seed, &config) };
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(one))
            .unwrap_or_else(|_| Err(format!("seed {seed}: a panic")));
        match outcome {
            Ok(taken) => _ = ran.fetch_add(usize::from(taken), Ordering::Relaxed),
            Err(what) => {
                failed.fetch_add(1, Ordering::Relaxed);
                println!("{what}");
            }
        }
    });
    let (ran, failed) = (ran.into_inner(), failed.into_inner());
    println!("{ran} of {count} modules ran as expected, {failed} did not");
    // Most seeds must have become a module that both take.
    std::process::exit(i32::from(failed > 0 || ran < count as usize / 2));
}
