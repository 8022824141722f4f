//! tests/c/pass: programs that must do under `svm-lli` exactly what they do natively.

use svm_tests::case::{self, Case};
use svm_tests::process::{self, Run};
use svm_tests::tier::{self, Tier};
use svm_tests::toolchain::{self, Opt, Unit};
use svm_tests::{Check, paths};

use crate::Test;

/// One test for each case, level and tier.
pub fn collect(tests: &mut Vec<Test>) {
    let cases = paths::c_files(&paths::in_root("tests/c/pass"));
    let cases = cases.into_iter().map(|(name, path)| (format!("pass/{name}"), path));
    let example = ("example/hello".to_owned(), paths::in_root("examples/hello.c"));
    for (name, path) in cases.chain([example]) {
        let parsed = case::parse(&name, &path);
        let levels = parsed.as_ref().map_or_else(|_| Opt::BOTH.to_vec(), |case| case.levels.clone());
        for opt in levels {
            for tier in tier::CASES {
                let parsed = parsed.clone();
                let name = tier.test_name(&format!("{name}@{}", opt.name()));
                tests.push((name, Box::new(move || check(&parsed?, opt, tier))));
            }
        }
    }
}

fn check(case: &Case, opt: Opt, tier: &Tier) -> Check {
    let unit = Unit::single(&case.name, &case.path, &case.flags);
    let native = toolchain::native(&unit, opt)?;
    let module = toolchain::bitcode(&unit, opt)?;
    let mut run = Run {
        args: case.args.clone(),
        stdin: case.stdin.as_bytes(),
        seconds: case.seconds,
        ..Run::default()
    };
    run.program = native;
    let expected = process::run(&run)?;
    let ours = process::run(&under_svm(run, &module, tier))?;
    process::same(&expected, &ours)?;
    tier.check(ours.tiers.as_deref())
}

/// The same run with `svm-lli` in front.
pub fn under_svm<'a>(mut run: Run<'a>, module: &std::path::Path, tier: &Tier) -> Run<'a> {
    run.program = module.to_path_buf();
    run.under_svm(tier)
}
