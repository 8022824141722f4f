//! Random C programs from csmith: what each prints natively, it must print under `svm-lli`, from bitcode at -O0 and -O2, on
//! every tier.
//!
//! usage: fuzz-csmith [COUNT [FIRST-SEED]]      (default: 500 programs from seed 1)

use rayon::prelude::*;

use svm_tests::toolchain::Opt;
use svm_tests::{Check, csmith, tier};

fn main() {
    let mut numbers = std::env::args().skip(1).map(|word| word.parse::<u64>());
    let (count, first) = match (numbers.next().unwrap_or(Ok(500)), numbers.next().unwrap_or(Ok(1))) {
        (Ok(count), Ok(first)) => (count, first),
        _ => {
            eprintln!("usage: fuzz-csmith [COUNT [FIRST-SEED]]");
            std::process::exit(2);
        }
    };
    let results: Vec<(u64, Check<bool>)> =
        (first..first + count).into_par_iter().map(|seed| (seed, check(seed))).collect();
    let compared = results.iter().filter(|(_, result)| matches!(result, Ok(true))).count();
    let mut failed = 0;
    for (seed, result) in &results {
        if let Err(why) = result {
            println!("--- seed {seed}\n{why}");
            failed += 1;
        }
    }
    println!(
        "csmith: {compared} programs alike, {failed} not, {} left out",
        results.len() - compared - failed
    );
    if failed > 0 {
        std::process::exit(1);
    }
}

/// Compares the program of a seed in every way; `false` if it runs too long natively.
fn check(seed: u64) -> Check<bool> {
    for opt in Opt::BOTH {
        for tier in tier::ALL {
            match csmith::alike(seed, opt, tier) {
                Ok(true) => {}
                Ok(false) => return Ok(false),
                Err(why) => return Err(format!("-{}, {}: {why}", opt.name(), tier.name)),
            }
        }
    }
    Ok(true)
}
