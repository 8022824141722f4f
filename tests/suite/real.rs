//! Real programs: each workload natively and under `svm-lli`, on both bitcode builds, byte for byte the same.

use std::sync::Arc;

use svm_tests::Check;
use svm_tests::process::{self, Run};
use svm_tests::programs::{self, Program, Workload};
use svm_tests::tier::{self, Tier};
use svm_tests::toolchain::{self, Opt};

use crate::Test;
use crate::pass::under_svm;

/// Time limit of one run.
const SECONDS: u64 = 300;

/// One test for each workload, level and tier.
pub fn collect(tests: &mut Vec<Test>) {
    for program in programs::all() {
        let program = Arc::new(program);
        for workload in &program.workloads {
            for opt in Opt::BOTH {
                for tier in tier::ALL {
                    let base = format!("program/{}/{}@{}", program.name, workload.name, opt.name());
                    let (program, workload) = (Arc::clone(&program), workload.clone());
                    let check = move || check(&program, workload, opt, tier);
                    tests.push((tier.test_name(&base), Box::new(check)));
                }
            }
        }
    }
}

fn check(program: &Program, workload: Workload, opt: Opt, tier: &Tier) -> Check {
    programs::fetch(program.fetch)?;
    let unit = (program.unit)();
    let native = toolchain::native(&unit, Opt::O0)?;
    let module = toolchain::bitcode(&unit, opt)?;
    let workload = workload.resolve()?;
    let stdin = match &workload.stdin {
        Some(path) => std::fs::read(path).map_err(|e| format!("{}: {e}", path.display()))?,
        None => Vec::new(),
    };
    let run = Run {
        program: native,
        args: workload.args,
        stdin: &stdin,
        inputs: workload.inputs,
        seconds: SECONDS,
        ..Run::default()
    };
    let expected = process::run(&run)?;
    let ours = process::run(&under_svm(run, &module, tier))?;
    process::same(&expected, &ours)?;
    tier.check(ours.tiers.as_deref())
}
