//! Real programs: each workload natively and under `svm-lli`, on both bitcode builds, byte for byte the same.

use std::process::Command;
use std::sync::Arc;

use svm_tests::process::{self, Run};
use svm_tests::programs::{self, Program, Workload};
use svm_tests::toolchain::{self, Opt};
use svm_tests::{Check, paths};

use crate::Test;
use crate::pass::under_svm;

/// One test for each workload and level.
pub fn collect(tests: &mut Vec<Test>) {
    for program in programs::all() {
        let program = Arc::new(program);
        for workload in &program.workloads {
            for opt in Opt::BOTH {
                let name = format!("program/{}/{}@{}", program.unit.name, workload.name, opt.name());
                let (program, workload) = (Arc::clone(&program), workload.clone());
                tests.push((name, Box::new(move || check(&program, &workload, opt))));
            }
        }
    }
}

fn check(program: &Program, workload: &Workload, opt: Opt) -> Check {
    process::tool(Command::new(paths::in_root("scripts/fetch.sh")).arg(program.fetch))?;
    let native = toolchain::native(&program.unit, Opt::O2)?;
    let module = toolchain::bitcode(&program.unit, opt)?;
    let run = Run {
        program: native,
        args: workload.args.clone(),
        stdin: &workload.stdin,
        inputs: workload.inputs.clone(),
        seconds: workload.seconds,
    };
    let expected = process::run(&run)?;
    let ours = process::run(&under_svm(run, &module))?;
    process::same(&expected, &ours)
}
