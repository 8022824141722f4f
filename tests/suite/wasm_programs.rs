//! The real programs as WebAssembly: built for WASI, each of their runs gives what the native program gives.

use std::sync::Arc;

use svm_tests::Check;
use svm_tests::process::{self, Run};
use svm_tests::programs::{self, Program, Workload};
use svm_tests::tier::{self, Tier};
use svm_tests::toolchain::{self, Opt};

use crate::Test;

/// Time limit of one run.
const SECONDS: u64 = 300;

/// Adds the tests.
pub fn collect(tests: &mut Vec<Test>) {
    for program in programs::for_wasi() {
        let program = Arc::new(program);
        for workload in &program.workloads {
            for tier in tier::ALL {
                let title = tier.test_name(&format!("wasm/real/{}/{}", program.name, workload.name));
                let (program, workload) = (Arc::clone(&program), workload.clone());
                tests.push((title, Box::new(move || check(&program, workload, tier))));
            }
        }
    }
}

fn check(program: &Program, workload: Workload, tier: &Tier) -> Check {
    programs::fetch(program.fetch)?;
    let unit = (program.unit)();
    let native = toolchain::native(&unit, Opt::O2)?;
    let module = toolchain::wasi(&programs::wasi_unit(unit), &["-O2"])?;
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
    let mut run = Run { program: module, ..run }.under_svm(tier);
    run.options.extend(["--dir".into(), ".::.".into()]);
    process::same(&expected, &process::run(&run)?)
}
