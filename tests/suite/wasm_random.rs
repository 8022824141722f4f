//! Random WebAssembly modules against wasmi, and damaged ones; `fuzz-wasm` runs more of them.

use svm_tests::tier::{AUTO, INTERP, JIT, OSR, Tier};
use svm_tests::{Check, smith, wast};

use super::Test;

/// Seeds of one test.
const BATCH: u64 = 50;
/// How many of the seeds must have become a module that both engines take.
const LEAST: usize = 30;

/// Adds the tests: batches of seeds, fewer of them where each function is compiled.
pub fn collect(tests: &mut Vec<Test>) {
    let tiers: [(&'static Tier, u64); 4] = [(&INTERP, 8), (&JIT, 1), (&AUTO, 2), (&OSR, 1)];
    for (tier, batches) in tiers {
        for batch in 0..batches {
            let title = tier.test_name(&format!("wasm/random/{batch}"));
            tests.push((title, Box::new(move || differential(tier, batch * BATCH))));
        }
    }
    tests.push(("wasm/damaged".into(), Box::new(|| (0..BATCH).try_for_each(smith::damaged))));
}

fn differential(tier: &Tier, first: u64) -> Check {
    let config = wast::config(tier.name)?;
    let mut taken = 0;
    for seed in first..first + BATCH {
        taken += usize::from(smith::differs(seed, &config)?);
    }
    if taken < LEAST {
        return Err(format!("only {taken} of {BATCH} seeds became a module"));
    }
    Ok(())
}
