//! The integration binary: one test for each C case and each workload of a real program, at each optimization level.
//!
//! `cargo test -p svm-tests -- FILTER` runs those whose name contains FILTER; `--list` shows the names.

mod cli;
mod csmith;
mod ebpf;
mod ebpf_faults;
mod ebpf_programs;
mod faults;
mod pass;
mod real;
mod wasm;
mod wasm_programs;
mod wasm_random;
mod wasm_spec;

use std::collections::BTreeSet;
use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};
use svm_tests::known::Known;
use svm_tests::{Check, paths};

/// A named check.
type Test = (String, Box<dyn FnOnce() -> Check + Send>);

fn main() {
    let arguments = Arguments::from_args();
    let known = match Known::read(&paths::in_root("tests/known-failures.txt")) {
        Ok(known) => Arc::new(known),
        Err(message) => {
            eprintln!("{message}");
            std::process::exit(2);
        }
    };
    let mut tests: Vec<Test> = Vec::new();
    pass::collect(&mut tests);
    faults::collect(&mut tests);
    real::collect(&mut tests);
    cli::collect(&mut tests);
    ebpf_programs::collect(&mut tests);
    ebpf_faults::collect(&mut tests);
    csmith::collect(&mut tests);
    wasm::collect(&mut tests);
    wasm_programs::collect(&mut tests);
    wasm_random::collect(&mut tests);
    wasm_spec::collect(&mut tests);
    ebpf::collect(&mut tests);
    let names: BTreeSet<String> = tests.iter().map(|(name, _)| name.clone()).collect();
    let mut trials: Vec<Trial> = tests.into_iter().map(|test| trial(test, &known)).collect();
    let unused: Vec<String> = known.unused(&names).into_iter().map(str::to_owned).collect();
    trials.push(Trial::test("known-failures/every-name-exists", move || match unused.as_slice() {
        [] => Ok(()),
        names => Err(Failed::from(format!("no such test: {}", names.join(", ")))),
    }));
    libtest_mimic::run(&arguments, trials).exit();
}

fn trial((name, check): Test, known: &Arc<Known>) -> Trial {
    let known = Arc::clone(known);
    Trial::test(name.clone(), move || {
        if !paths::svm_lli().exists() {
            return Err(Failed::from(format!("{} is not built (make build)", paths::svm_lli().display())));
        }
        known.judge(&name, check()).map_err(Failed::from)
    })
}
