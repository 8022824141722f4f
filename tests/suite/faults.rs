//! tests/c/fault: programs with one error each; the error must be found at its place and reported in full.

use svm_tests::case::{self, Case};
use svm_tests::process::{self, End, Run};
use svm_tests::tier::{self, Tier};
use svm_tests::toolchain::{self, Opt, Unit};
use svm_tests::{Check, golden, ir_text, paths};

use crate::Test;
use crate::pass::under_svm;

/// One test for each case, level and tier: the report is the same in every tier.
pub fn collect(tests: &mut Vec<Test>) {
    let cases = paths::c_files(&paths::in_root("tests/c/fault"));
    let cases = cases.into_iter().map(|(name, path)| (format!("fault/{name}"), path));
    let example = ("example/buggy".to_owned(), paths::in_root("examples/buggy.c"));
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
    let Some(expect) = &case.expect else {
        return Err("no `// expect:` line".into());
    };
    if case.bad_lines.is_empty() {
        return Err("no line is marked `// BAD`".into());
    }
    let unit = Unit::single(&case.name, &case.path, &case.flags);
    let module = toolchain::bitcode(&unit, opt)?;
    if !ir_text::line_acts(&module, &case.path, &case.bad_lines)? {
        return Err(format!("the optimizer removed the access that the case is about ({})", opt.name()));
    }
    let run = Run {
        args: case.args.clone(),
        options: case.options.clone(),
        stdin: case.stdin.as_bytes(),
        seconds: case.seconds,
        ..Run::default()
    };
    let outcome = process::run(&under_svm(run, &module, tier))?;
    let report = String::from_utf8_lossy(&outcome.stderr);
    let stdout = String::from_utf8_lossy(&outcome.stdout);
    if outcome.end != End::Exit(case.status) {
        let shown = process::tail(&outcome.stderr);
        return Err(format!("not found: ended with {:?}, stdout {stdout:?}\n{shown}", outcome.end));
    }
    if stdout != "before\n" {
        return Err(format!("stdout is {stdout:?}, not what was printed before the fault\n{report}"));
    }
    let headline = report.lines().next().unwrap_or_default();
    if !expect.split(" | ").any(|kind| headline.contains(&format!(": {kind}: "))) {
        return Err(format!("the report's headline does not say `{expect}`\n{report}"));
    }
    golden::check(case, opt, &report)?;
    tier.check(outcome.tiers.as_deref())
}
