//! The command line of `svm-lli`, from outside: flags, limits, the sandbox, exit statuses, messages.

mod cache;
mod ebpf;
mod limits;
pub mod lli;
mod run;
mod sandbox;
mod vectors;

use crate::Test;
use svm_tests::Check;

type Case = (&'static str, fn() -> Check);

/// One test for each thing that the command line promises.
pub fn collect(tests: &mut Vec<Test>) {
    for (topic, cases) in [
        ("run", run::CASES),
        ("limit", limits::CASES),
        ("sandbox", sandbox::CASES),
        ("ebpf", ebpf::CASES),
        ("cache", cache::CASES),
        ("versioning", vectors::CASES),
    ] {
        for (name, check) in cases {
            tests.push((format!("cli/{topic}/{name}"), Box::new(*check)));
        }
    }
}
