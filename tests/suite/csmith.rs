//! Random C programs: thirty seeds of csmith. `make test-full` takes more.

use svm_tests::toolchain::Opt;
use svm_tests::{csmith, tier};

use crate::Test;

/// Programs that end within two seconds natively are found among the first seeds.
const SEEDS: u64 = 30;
/// Seeds whose programs run for minutes, or for ever.
const ENDLESS: &[u64] = &[20, 26, 30];

/// One test for each seed, level and tier.
pub fn collect(tests: &mut Vec<Test>) {
    let seeds = (1..).filter(|seed| !ENDLESS.contains(seed)).take(SEEDS as usize);
    for seed in seeds {
        for opt in Opt::BOTH {
            for tier in tier::CASES {
                let name = tier.test_name(&format!("csmith/{seed}@{}", opt.name()));
                let check = move || match csmith::alike(seed, opt, tier)? {
                    true => Ok(()),
                    false => Err("runs too long natively: not a seed for this list".into()),
                };
                tests.push((name, Box::new(check)));
            }
        }
    }
}
